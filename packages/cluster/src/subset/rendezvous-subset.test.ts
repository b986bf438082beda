import { endpoint } from "../testing/call-bench.js";
import { idsOf, seededRandom } from "../testing/routing.js";
import { loadOf, manyEndpoints } from "../testing/subset-load.js";
import { rendezvousSubset } from "./rendezvous-subset.js";

/** Subsets of so many clients, each with a seed of its own. */
function subsets(clients: number, endpoints: number, size: number) {
  const all = manyEndpoints(endpoints);
  const random = seededRandom(4);
  return Array.from({ length: clients }, () =>
    rendezvousSubset(all, size, Math.floor(random() * 2 ** 32)),
  );
}

// Means of binomial draws: deviation √((1 − d/n) / (clients · d/n)), which the draws must come close to.
test.each([
  [100, 100, 12, 0.27, 1_200],
  [300, 300, 20, 0.22, 6_000],
  [100, 1_000, 20, 0.7, 2_000],
  [37, 101, 12, 0.45, 444],
])(
  "%i clients of %i endpoints, %i each: load deviates by %d",
  (clients, count, size, deviation, connections) => {
    const load = loadOf(manyEndpoints(count), subsets(clients, count, size));
    expect(Math.abs(load.deviation - deviation)).toBeLessThan(0.06);
    expect(load.connections).toBe(connections);
  },
);

test("an endpoint that goes changes one entry at most, and one that comes too", () => {
  const all = manyEndpoints(200);
  const random = seededRandom(4);
  for (let seed = 0; seed < 50; seed++) {
    const before = rendezvousSubset(all, 20, seed);
    const gone = Math.floor(random() * all.length);
    const after = rendezvousSubset(all.toSpliced(gone, 1), 20, seed);
    const changed = after.filter((one) => !before.includes(one)).length;
    expect(changed).toBe(before.includes(all[gone] as never) ? 1 : 0);
    const grown = rendezvousSubset([...all, endpoint(`new-${seed}:1`)], 20, seed);
    expect(before.filter((one) => !grown.includes(one)).length).toBeLessThanOrEqual(1);
  }
});

test("the order of the list does not matter for who is in it", () => {
  const all = manyEndpoints(300);
  const ids = idsOf(rendezvousSubset(all, 20, 9));
  expect(idsOf(rendezvousSubset(all.toReversed(), 20, 9)).toReversed()).toEqual(ids);
});

test.each([
  [0, 20, 0],
  [1, 20, 1],
  [20, 20, 20],
  [100_000, 20, 20],
  [100, 1, 1],
  [5_000, 2_500, 2_500],
])("of %i endpoints, %i leaves %i", (count, size, left) => {
  const subset = rendezvousSubset(manyEndpoints(count), size, 1);
  expect(new Set(idsOf(subset)).size).toBe(left);
});

test("an id that stands twice counts once", () => {
  const all = manyEndpoints(100);
  const twice = rendezvousSubset([...all, ...all], 20, 3);
  expect(idsOf(twice)).toEqual(idsOf(rendezvousSubset(all, 20, 3)));
  expect(idsOf(rendezvousSubset([...all, ...all], 100, 3))).toEqual(idsOf(all));
});

test("endpoints of weight 0 are taken only when there are too few others", () => {
  const idle = Array.from({ length: 50 }, (_, i) => endpoint(`idle-${i}:1`, 0));
  const all = [...idle, ...manyEndpoints(10)];
  const subset = rendezvousSubset(all, 20, 3);
  expect(subset.filter(({ weight }) => weight > 0)).toHaveLength(10);
  expect(subset).toHaveLength(20);
});
