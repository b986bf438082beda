/** Costs of cutting frames, in nanoseconds: `node --import tsx bench/frames.bench.ts`. */
import { type FrameHandler, FrameReader } from "../src/frames/frame-reader.js";
import { writeFrameHeader } from "../src/frames/frame-writer.js";
import { nanosPer } from "./nanos-per.js";

let seen = 0;
const handler: FrameHandler = {
  onDataPart(_id, _flags, _bytes, start, end) {
    seen += end - start;
  },
  onFrame(type, _flags, _id, _bytes, start, end) {
    seen += type + end - start;
  },
  onFramingError(_code, reason) {
    throw new Error(reason);
  },
};

/** A unary answer as it is on the wire: HEADERS, DATA of 18 bytes, HEADERS. */
function answer(id: number): Buffer {
  const bytes = Buffer.alloc(9 + 2 + 9 + 18 + 9 + 1);
  writeFrameHeader(bytes, 0, 2, 1, 4, id);
  writeFrameHeader(bytes, 11, 18, 0, 0, id);
  writeFrameHeader(bytes, 38, 1, 1, 5, id);
  return bytes;
}

const batch = Buffer.concat(Array.from({ length: 64 }, (_, i) => answer(2 * i + 1)));
const reader = new FrameReader(handler, 16_384);
nanosPer("64 answers of three frames in one chunk", () => {
  reader.read(batch);
  return seen;
});
const split = new FrameReader(handler, 16_384);
const [head, tail] = [batch.subarray(0, 1_601), batch.subarray(1_601)];
nanosPer("the same in two chunks that part a frame", () => {
  split.read(head);
  split.read(tail);
  return seen;
});
const large = Buffer.alloc(9 + 16_384);
writeFrameHeader(large, 0, 16_384, 0, 0, 1);
const whole = new FrameReader(handler, 16_384);
nanosPer("DATA of 16 KiB in one chunk", () => {
  whole.read(large);
  return seen;
});
