/**
 * Encodes messages in the binary form, byte for byte as `toBinary` does, with one writer that is used again.
 *
 * Hot path. Measured (bench/encode.ts): `toBinary` makes a writer and grows a buffer for each message, which takes longer
 * than the writing, and the collector has to take them away again. Whatever is out of the ordinary is left to it: types
 * that are not {@link isWritable}, and messages that turn out to be wrong.
 */
import { type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { isWritable, type MessageWriter, messageWriter } from "./message-writer.js";

/** Encodes `message`. @throws Error as `toBinary` does. */
export function encodeMessage(schema: DescMessage, message: Message): Uint8Array {
  const write = writerOf(schema);
  // It is away while a message is written, as a getter of that message may encode another one.
  const writer = idle;
  if (write === undefined || writer === undefined) return toBinary(schema, message);
  idle = undefined;
  try {
    write(writer, message as Message & Record<string, unknown>);
    const bytes = writer.finish();
    idle = bytes.length > maxKeptBytes ? new BinaryWriter() : writer;
    return bytes;
  } catch {
    idle = new BinaryWriter();
    return toBinary(schema, message);
  }
}

/** A writer keeps a buffer as long as its longest message; it is let go after one longer than this. */
const maxKeptBytes = 65_536;

let idle: BinaryWriter | undefined = new BinaryWriter();

const writers = new WeakMap<DescMessage, MessageWriter | "none">();

function writerOf(schema: DescMessage): MessageWriter | undefined {
  let known = writers.get(schema);
  if (known === undefined) {
    known = isWritable(schema) ? messageWriter(schema) : "none";
    writers.set(schema, known);
  }
  return known === "none" ? undefined : known;
}
