/** What encoding costs: `toBinary` against `encodeMessage`, in nanoseconds a message. */
import { create, toBinary } from "@bufbuild/protobuf";
import { encodeMessage } from "../src/binary/encode-message.js";
import { NoteSchema } from "../test/gen/kinds/kinds_pb.js";

for (const length of [11, 100, 1_024, 10_000]) {
  const message = create(NoteSchema, { text: "x".repeat(length) });
  for (let round = 0; round < 3; round++) {
    const row = {
      toBinary: measure(() => toBinary(NoteSchema, message)),
      encodeMessage: measure(() => encodeMessage(NoteSchema, message)),
    };
    console.log(`${length} bytes`, row);
  }
}

function measure(encode: () => Uint8Array): number {
  const rounds = 300_000;
  const startMs = performance.now();
  let total = 0;
  for (let i = 0; i < rounds; i++) total += encode().length;
  if (total === 0) throw new Error("nothing was encoded");
  return Math.round(((performance.now() - startMs) * 1e6) / rounds);
}
