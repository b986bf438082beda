/**
 * Renders what precedes each message on a gRPC stream. The bytes are shared and must be copied before the next call, which
 * `sendData` of `@thrice/http2` does.
 *
 * Shape: byte 0 is 1 if the message is compressed, bytes 1 to 4 its length, big-endian.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md "Length-Prefixed-Message"
 */
export function messageHead(lengthBytes: number, compressed: boolean): Uint8Array {
  head[0] = compressed ? 1 : 0;
  head[1] = lengthBytes >>> 24;
  head[2] = lengthBytes >>> 16;
  head[3] = lengthBytes >>> 8;
  head[4] = lengthBytes;
  return head;
}

/** Length of a head, in bytes. */
export const headBytes = 5;

const head = new Uint8Array(headBytes);
