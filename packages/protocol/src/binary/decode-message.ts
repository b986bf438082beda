/**
 * Decodes messages in the binary form, with the results of `fromBinary`.
 *
 * Hot path. Measured (bench/decode.ts): `fromBinary` takes five times as long for a short message, since it makes a reader,
 * a view and a context for each. Whatever is out of the ordinary is left to it: types that are not {@link isReadable},
 * and bytes that are malformed or come in a form that no encoder writes.
 */
import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { isReadable, MessageDecoder } from "./message-decoder.js";
import { WireCursor } from "./wire-cursor.js";

/**
 * Decodes what `bytes` hold from `start` on. Fields of the type `bytes` become views of them, plain ones also if `bytes`
 * is a Buffer.
 *
 * @throws Error as `fromBinary` does.
 */
export function decodeMessage(schema: DescMessage, bytes: Uint8Array, start = 0): Message {
  const decoder = decoderOf(schema);
  if (decoder !== undefined) {
    const cursor = new WireCursor(asBuffer(bytes), start);
    const message = decoder.make();
    decoder.read(message, cursor);
    if (cursor.at === cursor.end) return message as unknown as Message;
  }
  return fromBinary(schema, plain(bytes, start));
}

const decoders = new WeakMap<DescMessage, MessageDecoder | "none">();

function decoderOf(schema: DescMessage): MessageDecoder | undefined {
  let known = decoders.get(schema);
  if (known === undefined) {
    known = isReadable(schema) ? MessageDecoder.of(schema) : "none";
    decoders.set(schema, known);
  }
  return known === "none" ? undefined : known;
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (bytes instanceof Buffer) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function plain(bytes: Uint8Array, start: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
}
