import { seededRandom } from "../src/harness/random.js";

const longestBytes = 400_000;
const source = Buffer.alloc(longestBytes + 65_536);
const random = seededRandom(1);
for (let at = 0; at < source.length; at++) source[at] = Math.floor(random() * 256);

/** The bytes that message `index` of a call carries: the same for the same three numbers, and hardly for others. */
export function payloadOf(call: number, index: number, length: number): Uint8Array {
  const at = (call * 7_919 + index * 131) % 65_536;
  return new Uint8Array(source.subarray(at, at + length));
}
