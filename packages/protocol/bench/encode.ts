/** What encoding costs: `toBinary` against `encodeMessage`, in nanoseconds a message. */
import { create, toBinary } from "@bufbuild/protobuf";
import { encodeMessage } from "../src/binary/encode-message.js";
import { NoteSchema } from "../test/gen/kinds/kinds_pb.js";

for (const length of [1, 11, 32, 100, 1_024, 10_000, 1_000_000]) {
  const message = create(NoteSchema, { text: "x".repeat(length) });
  for (let round = 0; round < 3; round++) {
    const row = {
      toBinary: measure(length, () => toBinary(NoteSchema, message)),
      encodeMessage: measure(length, () => encodeMessage(NoteSchema, message)),
    };
    console.log(`${length} bytes`, row);
  }
}

function measure(length: number, encode: () => Uint8Array): number {
  const rounds = length > 100_000 ? 300 : 300_000;
  const startMs = performance.now();
  let total = 0;
  for (let i = 0; i < rounds; i++) total += encode().length;
  if (total === 0) throw new Error("nothing was encoded");
  return Math.round(((performance.now() - startMs) * 1e6) / rounds);
}
