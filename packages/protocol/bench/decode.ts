/** What decoding costs: `fromBinary` against `decodeMessage`, in nanoseconds a message. */
import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { decodeMessage } from "../src/binary/decode-message.js";
import { NoteSchema } from "../test/gen/kinds/kinds_pb.js";

for (const length of [0, 11, 12, 13, 32, 100, 1_024, 10_000]) {
  const text = "x".repeat(length);
  const bytes = Buffer.from(toBinary(NoteSchema, create(NoteSchema, { text })));
  for (let round = 0; round < 3; round++) {
    const row = {
      fromBinary: measure(() => fromBinary(NoteSchema, bytes)),
      decodeMessage: measure(() => decodeMessage(NoteSchema, bytes)),
    };
    console.log(`text of ${length} bytes`, row);
  }
}

function measure(decode: () => Message): number {
  const rounds = 300_000;
  const startMs = performance.now();
  let total = 0;
  for (let i = 0; i < rounds; i++) total += decode().$typeName.length;
  if (total === 0) throw new Error("nothing was decoded");
  return Math.round(((performance.now() - startMs) * 1e6) / rounds);
}
