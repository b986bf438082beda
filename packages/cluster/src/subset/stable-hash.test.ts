import { stableHash, stableHashBound } from "./stable-hash.js";

test("the same text and seed give the same number, in any process", () => {
  expect(stableHash("10.0.0.1:50051", 0)).toBe(stableHash("10.0.0.1:50051", 0));
  expect(stableHash("10.0.0.1:50051", 0)).not.toBe(stableHash("10.0.0.1:50051", 1));
});

test.each([0, 1, 0xffff_ffff])("texts that are alike spread evenly, seed %i", (seed) => {
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 20_000; i++) {
    const hash = stableHash(`10.0.${i >> 8}.${i & 255}:50051`, seed);
    tenths[Math.floor(hash * 10)] = (tenths[Math.floor(hash * 10)] as number) + 1;
  }
  for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});

test("a hundred thousand texts have a hundred thousand hashes", () => {
  const hashes = new Set(Array.from({ length: 100_000 }, (_, i) => stableHash(`host-${i}:80`, 7)));
  expect(hashes.size).toBe(100_000);
});

test("the bound lies above the hash, by next to nothing", () => {
  for (let i = 0; i < 1_000; i++) {
    const above = stableHashBound(`host-${i}:80`, i) - stableHash(`host-${i}:80`, i);
    expect(above).toBeGreaterThan(0);
    expect(above).toBeLessThanOrEqual(2 ** -32);
  }
});
