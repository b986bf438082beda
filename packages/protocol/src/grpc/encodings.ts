/** The encodings of messages: gzip and brotli, off the main thread. */
import { promisify } from "node:util";
import {
  brotliCompress,
  brotliDecompress,
  constants,
  gunzip as gunzipWithCallback,
  gzip as gzipWithCallback,
} from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";

/** One way of compressing messages. */
export interface Encoding {
  /** As headers write it. */
  readonly name: "gzip" | "br";
  /** Compresses a message. */
  compress(bytes: Uint8Array): Promise<Buffer<ArrayBuffer>>;
  /**
   * Decompresses a message. No bytes at all stand for an empty message.
   *
   * @throws ConnectError, as a rejection: `resource_exhausted` if the result is longer than `maxBytes`, `internal` if the
   * bytes are not of this encoding.
   */
  decompress(bytes: Uint8Array, maxBytes: number): Promise<Buffer<ArrayBuffer>>;
}

const gzipOf = promisify<Uint8Array, Buffer<ArrayBuffer>>(gzipWithCallback);
const brotliOf = promisify<Uint8Array, BrotliOptions, Buffer<ArrayBuffer>>(brotliCompress);

interface BrotliOptions {
  readonly params: Readonly<Record<number, number>>;
}

/** Node.js takes the highest quality by default, which is made for files: 50 times as slow as gzip. */
const brotliOptions: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

export const gzip: Encoding = {
  name: "gzip",
  compress: (bytes) => gzipOf(bytes),
  decompress: decompressing("gzip", promisify(gunzipWithCallback)),
};

export const brotli: Encoding = {
  name: "br",
  compress: (bytes) => brotliOf(bytes, brotliOptions),
  decompress: decompressing("br", promisify(brotliDecompress)),
};

/** What is read here, as `grpc-accept-encoding` writes it. */
export const readHere = "gzip,br";

/** Finds the encoding of that name; undefined if it is none that is spoken here. */
export function encodingNamed(name: string): Encoding | undefined {
  if (name === "gzip") return gzip;
  return name === "br" ? brotli : undefined;
}

type Decompress = (
  bytes: Uint8Array,
  options: { maxOutputLength: number },
) => Promise<Buffer<ArrayBuffer>>;

function decompressing(name: string, decompress: Decompress): Encoding["decompress"] {
  return async (bytes, maxBytes) => {
    if (bytes.length === 0) return empty;
    try {
      return await decompress(bytes, { maxOutputLength: maxBytes });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
        const text = `message is larger than maxReceiveBytes ${maxBytes} after decompression`;
        throw new ConnectError(text, Code.ResourceExhausted, undefined, undefined, cause);
      }
      const text = `a message cannot be decompressed with ${name}`;
      throw new ConnectError(text, Code.Internal, undefined, undefined, cause);
    }
  };
}

const empty = Buffer.alloc(0);
