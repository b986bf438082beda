const prefixBytes = 5;
const nothing: Buffer = Buffer.alloc(0);

/**
 * Cuts the messages of a gRPC stream out of the bytes as they come. A message that lies whole in them is handed
 * over in place, without a copy.
 *
 * Shape: each message is a zero byte, its length in four bytes, big-endian, and its payload.
 */
export class MessageReader {
  readonly #onMessage: (payload: Uint8Array) => void;
  /** The message that is being filled, prefix and all. */
  #partial: Buffer | undefined;
  #filled = 0;
  /** Less than a prefix, left over. */
  #rest = nothing;

  constructor(onMessage: (payload: Uint8Array) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = nothing;
    let at = this.#fill(bytes);
    while (bytes.length - at >= prefixBytes) {
      const end = at + prefixBytes + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) {
        this.#partial = Buffer.allocUnsafe(end - at);
        this.#filled = bytes.copy(this.#partial, 0, at);
        return;
      }
      this.#onMessage(bytes.subarray(at + prefixBytes, end));
      at = end;
    }
    if (at < bytes.length) this.#rest = bytes.subarray(at);
  }

  /** Continues the message that is being filled; answers with the number of bytes taken. */
  #fill(bytes: Buffer): number {
    const partial = this.#partial;
    if (partial === undefined) return 0;
    const taken = bytes.copy(partial, this.#filled);
    this.#filled += taken;
    if (this.#filled === partial.length) {
      this.#partial = undefined;
      this.#onMessage(partial.subarray(prefixBytes));
    }
    return taken;
  }
}

/** Puts the five bytes of gRPC in front of a message. */
export function prefixed(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(prefixBytes + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, prefixBytes);
  return framed;
}
