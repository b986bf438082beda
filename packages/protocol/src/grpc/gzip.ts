/** gzip off the main thread. */
import { promisify } from "node:util";
import { gunzip as gunzipWithCallback, gzip as gzipWithCallback } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";

const compress = promisify<Uint8Array, Buffer>(gzipWithCallback);
const decompress = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzipWithCallback);

/** Compresses a message. */
export function gzip(bytes: Uint8Array): Promise<Buffer> {
  return compress(bytes);
}

/**
 * Decompresses a message. No bytes at all stand for an empty message.
 *
 * @throws ConnectError, as a rejection: `resource_exhausted` if the result is longer than `maxBytes`, `internal` if the
 * bytes are not what gzip makes.
 */
export async function gunzip(bytes: Uint8Array, maxBytes: number): Promise<Buffer> {
  if (bytes.length === 0) return empty;
  try {
    return await decompress(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      const text = `message is larger than maxReceiveBytes ${maxBytes} after decompression`;
      throw new ConnectError(text, Code.ResourceExhausted, undefined, undefined, cause);
    }
    const text = "a message cannot be decompressed with gzip";
    throw new ConnectError(text, Code.Internal, undefined, undefined, cause);
  }
}

const empty = Buffer.alloc(0);
