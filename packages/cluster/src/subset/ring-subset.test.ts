import fc from "fast-check";
import { endpoint } from "../testing/call-bench.js";
import { idsOf } from "../testing/routing.js";
import { loadOf, manyEndpoints } from "../testing/subset-load.js";
import { ringSubset } from "./ring-subset.js";

function subsets(clients: number, endpoints: number, size: number) {
  const all = manyEndpoints(endpoints);
  return Array.from({ length: clients }, (_, index) =>
    ringSubset(all, size, { index, count: clients }),
  );
}

test.each([
  [100, 100, 12, 1_200],
  [300, 300, 20, 6_000],
  [100, 1_000, 20, 2_000],
])(
  "%i clients of %i endpoints, %i each: all endpoints get the same",
  (clients, count, size, connections) => {
    const load = loadOf(manyEndpoints(count), subsets(clients, count, size));
    expect(load.deviation).toBeLessThan(1e-9);
    expect(load.connections).toBe(connections);
  },
);

test("any number of clients and endpoints: all endpoints get the same, and none is in a subset twice", () => {
  const number = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 1, max: 30 }), (clients, count, size) => {
      const all = subsets(clients, count, size);
      expect(loadOf(manyEndpoints(count), all).deviation).toBeLessThan(1e-6);
      const isSound = all.every(
        (subset) =>
          new Set(idsOf(subset)).size === subset.length &&
          subset.length >= Math.min(size, count) &&
          subset.every(({ weight }) => weight > 0),
      );
      expect(isSound).toBe(true);
    }),
    { seed: 4, numRuns: 100 },
  );
});

test("few clients take more than they are asked to, so that no endpoint stays idle", () => {
  const all = subsets(3, 90, 20);
  expect(all.map(({ length }) => length)).toEqual([30, 30, 30]);
  expect(new Set(all.flatMap(idsOf)).size).toBe(90);
});

test("one client takes all", () => {
  expect(ringSubset(manyEndpoints(90), 20, { index: 0, count: 1 })).toHaveLength(90);
});

test("an endpoint that lies in part in the arc has that part of its weight, and the same statistics", () => {
  const all = manyEndpoints(101);
  const subset = ringSubset(all, 12, { index: 1, count: 37 });
  const total = subset.reduce((sum, { weight }) => sum + weight, 0);
  expect(total).toBeCloseTo((5 / 37) * 101 * 100, 6);
  const byId = new Map(all.map((one) => [one.id, one.stats]));
  for (const { id, stats } of subset) expect(stats).toBe(byId.get(id));
});

test("an endpoint that goes changes three entries at most, as long as arcs keep their length", () => {
  const all = manyEndpoints(210);
  for (let gone = 0; gone < 210; gone += 7) {
    const index = gone % 50;
    const before = new Set(idsOf(ringSubset(all, 20, { index, count: 50 })));
    const after = idsOf(ringSubset(all.toSpliced(gone, 1), 20, { index, count: 50 }));
    expect(after.filter((id) => !before.has(id)).length).toBeLessThanOrEqual(3);
  }
});

test.each([0, 1, 100_000])("%i endpoints are no problem", (count) => {
  const subset = ringSubset(manyEndpoints(count), 20, { index: 7, count: 10_000 });
  expect(subset).toHaveLength(Math.min(count, 20));
});

test("an id that stands twice counts once", () => {
  const all = manyEndpoints(100);
  const place = { index: 3, count: 10 };
  expect(ringSubset([...all, ...all], 20, place)).toEqual(ringSubset(all, 20, place));
});

test("weights stay in proportion", () => {
  const all = manyEndpoints(100).map(({ id }, i) => endpoint(id, i + 1));
  const place = { index: 3, count: 10 };
  for (const { id, weight } of ringSubset(all, 20, place)) {
    expect(weight).toBe(all.find((one) => one.id === id)?.weight);
  }
});
