/**
 * Encodes messages in the binary form, byte for byte as `toBinary` does, with one writer that is used again.
 *
 * Hot path. Measured (bench/encode.ts): `toBinary` makes a writer and memory for each message, which takes longer than the
 * writing, and the collector has to take them away again. Whatever is out of the ordinary is left to it: types that are
 * not {@link isWritable}, and messages that turn out to be wrong.
 */
import { type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { isWritable, type MessageWriter, messageWriter } from "./message-writer.js";
import { WireWriter } from "./wire-writer.js";

/** Encodes `message`. @throws Error as `toBinary` does. */
export function encodeMessage(schema: DescMessage, message: Message): Uint8Array {
  const write = writerOf(schema);
  // It is away while a message is written, as a getter of that message may encode another one.
  const writer = idle;
  if (write === undefined || writer === undefined) return toBinary(schema, message);
  idle = undefined;
  try {
    write(writer, message as Message & Record<string, unknown>);
    return writer.finish();
  } catch {
    writer.drop();
    return toBinary(schema, message);
  } finally {
    idle = writer;
  }
}

let idle: WireWriter | undefined = new WireWriter();

const writers = new WeakMap<DescMessage, MessageWriter | "none">();

function writerOf(schema: DescMessage): MessageWriter | undefined {
  let known = writers.get(schema);
  if (known === undefined) {
    known = isWritable(schema) ? messageWriter(schema) : "none";
    writers.set(schema, known);
  }
  return known === "none" ? undefined : known;
}
