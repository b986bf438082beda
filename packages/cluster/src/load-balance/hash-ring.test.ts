import { createHash } from "node:crypto";
import fc from "fast-check";
import { endpoint, seededRandom } from "../testing/pick-bench.js";
import { HashRing } from "./hash-ring.js";
import { orderTies } from "./ring-points.js";

const listOf = (...ids: string[]) => ids.map((id) => endpoint(id));
const peers = (count: number) => Array.from({ length: count }, (_, at) => `10.0.0.${at}:20880`);

/** Dubbo's ring as it words it: a sorted map from points to addresses, and the first entry not below the key. */
function dubboRing(ids: readonly string[]) {
  const points = new Map<number, string>();
  for (const id of ids) {
    for (let digest = 0; digest < 40; digest++) {
      const bytes = createHash("md5").update(`${id}${digest}`).digest();
      for (let word = 0; word < 4; word++) points.set(bytes.readUInt32LE(word * 4), id);
    }
  }
  const sorted = [...points.keys()].sort((a, b) => a - b);
  return (key: number) => points.get(sorted.find((point) => point >= key) ?? (sorted[0] as number));
}

const idsIn = (ring: HashRing) => keys.map((key) => ring.find(key, [])?.id);

const drawn = Array.from({ length: 500 }, seededRandom(9)).map((share) =>
  Math.floor(share * 2 ** 32),
);
const keys = [0, 1, 2 ** 32 - 1, ...drawn];

describe("HashRing", () => {
  test.each([1, 2, 3, 50])("finds what Dubbo finds among %d endpoints", (count) => {
    const ids = peers(count);
    const ring = new HashRing(listOf(...ids), 160);
    const dubbo = dubboRing(ids);
    expect(idsIn(ring)).toEqual(keys.map(dubbo));
  });

  test("is the same whether made at once or changed step by step", () => {
    const steps = [
      peers(10),
      peers(12),
      peers(12).slice(3),
      peers(20),
      peers(20).reverse(),
      peers(1),
    ];
    let ring: HashRing | undefined;
    for (const ids of steps) {
      ring = new HashRing(listOf(...ids), 160, ring);
      expect(idsIn(ring)).toEqual(idsIn(new HashRing(listOf(...ids), 160)));
    }
  });

  test("moves no key but those of an endpoint that goes, and spreads them over the others", () => {
    const before = new HashRing(listOf(...peers(10)), 160);
    const after = new HashRing(listOf(...peers(9)), 160, before);
    const moved = keys.filter((key) => before.find(key, [])?.id !== after.find(key, [])?.id);
    const gone = keys.filter((key) => before.find(key, [])?.id === "10.0.0.9:20880");
    expect(moved).toEqual(gone);
    expect(new Set(gone.map((key) => after.find(key, [])?.id)).size).toBeGreaterThan(5);
  });

  test("walks on to the next when the first is excluded, as if that were not there", () => {
    const list = listOf(...peers(10));
    const ring = new HashRing(list, 160);
    for (const one of list) {
      const without = new HashRing(
        list.filter((other) => other !== one),
        160,
      );
      expect(keys.map((key) => ring.find(key, [one])?.id)).toEqual(idsIn(without));
    }
  });

  test("stays at the first when all are excluded", () => {
    const list = listOf(...peers(3));
    const ring = new HashRing(list, 160);
    expect(ring.find(5, list)).toBe(ring.find(5, []));
  });

  // With 160 points each, the share of one of ten has a standard deviation of about 8 %.
  test("gives each of ten endpoints between 70 % and 130 % of its share", () => {
    const ring = new HashRing(listOf(...peers(10)), 160);
    const counts = new Map<string, number>();
    for (let key = 0; key < 2 ** 32; key += 2 ** 18) {
      const id = ring.find(key, [])?.id ?? "";
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    const shares = [...counts.values()].map((count) => (count * 10) / 2 ** 14);
    expect(Math.min(...shares)).toBeGreaterThan(0.7);
    expect(Math.max(...shares)).toBeLessThan(1.3);
  });
});

describe("a ring that has been changed", () => {
  const everyone = peers(60);
  const anyList = fc
    .subarray(everyone, { minLength: 1 })
    .chain((ids) => fc.shuffledSubarray(ids, { minLength: ids.length }));

  test("finds what one made at once finds, whatever came and went, and whoever is excluded", () => {
    fc.assert(
      fc.property(
        fc.array(anyList, { minLength: 1, maxLength: 8 }),
        fc.subarray(everyone, { maxLength: 5 }),
        (lists, excluded) => {
          let ring: HashRing | undefined;
          for (const ids of lists) {
            ring = new HashRing(listOf(...ids), 8, ring);
            const fresh = new HashRing(listOf(...ids), 8);
            for (const out of [[], listOf(...excluded)]) {
              const found = keys.map((key) => ring?.find(key, out)?.id);
              expect(found).toEqual(keys.map((key) => fresh.find(key, out)?.id));
            }
          }
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test("finds what one made at once finds through a hundred small changes", () => {
    let ids = peers(100);
    let ring = new HashRing(listOf(...ids), 40);
    for (let change = 0; change < 100; change++) {
      ids = ids.map((id, at) => (at % 20 === change % 20 ? `10.1.${change}.${at}:1` : id));
      ring = new HashRing(listOf(...ids), 40, ring);
      expect(idsIn(ring)).toEqual(idsIn(new HashRing(listOf(...ids), 40)));
    }
  });

  test("finds the lowest id where points of several lie in one place, in whatever order they came", () => {
    const ids = peers(3);
    const points = { marks: Uint32Array.of(7, 7, 7, 9), owners: Uint32Array.of(2, 0, 1, 1) };
    orderTies(points, listOf(...ids));
    expect([...points.owners]).toEqual([0, 1, 2, 1]);
  });
});
