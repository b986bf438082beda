/** Random and round robin among many, where tables and queues take the place of looking at all. */
import type { LiveEndpoint, Picker } from "@thrice/core";
import { endpoint, pickContext, seededRandom } from "../testing/pick-bench.js";
import { random } from "./random.js";
import { roundRobin } from "./round-robin.js";

const listOf = (length: number, weightAt: (at: number) => number = () => 100) =>
  Array.from({ length }, (_, at) => endpoint(`e${at}`, weightAt(at)));

const idsOf = (picker: Picker, list: readonly LiveEndpoint[], count: number) => {
  const context = pickContext({ random: seededRandom(1) });
  return Array.from({ length: count }, () => picker.pick(list, context)?.id ?? "nothing");
};

const countsOf = (ids: readonly string[]) => {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
};

/** Smooth weighted round robin as nginx words it, which looks at all for each pick. */
function smoothOrder(list: readonly LiveEndpoint[], count: number): string[] {
  const credits = list.map(() => 0);
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  return Array.from({ length: count }, () => {
    for (const [at, { weight }] of list.entries()) credits[at] = (credits[at] as number) + weight;
    const best = credits.indexOf(Math.max(...credits));
    credits[best] = (credits[best] as number) - total;
    return list[best]?.id as string;
  });
}

describe("random among many", () => {
  // Within five standard deviations for each of 100: for another seed it would fail once in ten thousand times.
  test.each([
    { name: "the same weights", weightAt: () => 100 },
    { name: "weights 1 to 10", weightAt: (at: number) => 1 + (at % 10) },
    { name: "a few heavy ones", weightAt: (at: number) => (at % 20 === 0 ? 1_000 : 10) },
  ])("follows $name (seed 1)", ({ weightAt }) => {
    const draws = 100_000;
    const list = listOf(100, weightAt);
    const total = list.reduce((sum, { weight }) => sum + weight, 0);
    const counts = countsOf(idsOf(random.createPicker(), list, draws));
    const deviations = list.map(({ id, weight }) => {
      const expected = (draws * weight) / total;
      return Math.abs((counts.get(id) ?? 0) - expected) / Math.sqrt(expected);
    });
    expect(Math.max(...deviations)).toBeLessThan(5);
  });

  test("draws once per pick", () => {
    let draws = 0;
    const context = pickContext({ random: () => ++draws / 10 });
    const list = listOf(100, (at) => at + 1);
    random.createPicker().pick(list, context);
    expect(draws).toBe(1);
  });
});

describe("roundRobin among many", () => {
  test.each([
    { name: "the same weights", weightAt: () => 100 },
    { name: "two weights", weightAt: (at: number) => (at % 3 === 0 ? 5 : 1) },
    { name: "weights 1 to 10", weightAt: (at: number) => 1 + ((at * 7) % 10) },
    { name: "64 weights", weightAt: (at: number) => 1 + (at % 64) },
  ])("takes turns in the order of nginx: $name", ({ weightAt }) => {
    const list = listOf(130, weightAt);
    expect(idsOf(roundRobin.createPicker(), list, 2_000)).toEqual(smoothOrder(list, 2_000));
  });

  test("gives each of a thousand different weights its share, and spreads its turns out", () => {
    const list = listOf(1_000, (at) => 1 + at);
    const total = 500_500;
    const ids = idsOf(roundRobin.createPicker(), list, total);
    const counts = countsOf(ids);
    const off = list.map(({ id, weight }) => Math.abs((counts.get(id) ?? 0) - weight));
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
    const early = countsOf(ids.slice(0, total / 10));
    const earlyOff = list.map(({ id, weight }) => Math.abs((early.get(id) ?? 0) - weight / 10));
    expect(Math.max(...earlyOff)).toBeLessThan(3);
  });

  test("keeps the turns of those who stay when some come, go and are replaced", () => {
    const picker = roundRobin.createPicker();
    const list = listOf(100);
    idsOf(picker, list, 40);
    const changed = [endpoint("new1"), ...list.slice(5, 90), endpoint("new2")];
    const next = idsOf(picker, changed, 52);
    // Those who have not had their turn in this round, then who is new, then the others.
    expect(next.slice(0, 50)).toEqual(list.slice(40, 90).map(({ id }) => id));
    expect(next.slice(50)).toEqual(["new1", "new2"]);
    expect(idsOf(picker, changed, 35)).toEqual(list.slice(5, 40).map(({ id }) => id));
  });

  test("keeps the turns when the list becomes long, and when it becomes short again", () => {
    const picker = roundRobin.createPicker();
    const list = listOf(70);
    expect(idsOf(picker, list.slice(0, 60), 30)).toEqual(list.slice(0, 30).map(({ id }) => id));
    expect(idsOf(picker, list, 40)).toEqual(list.slice(30).map(({ id }) => id));
    expect(idsOf(picker, list.slice(0, 60), 30)).toEqual(list.slice(0, 30).map(({ id }) => id));
  });

  test("keeps the turns of each of two lists that alternate", () => {
    const picker = roundRobin.createPicker();
    const [even, odd] = [listOf(100), listOf(100).map((one) => ({ ...one, id: `o${one.id}` }))];
    const seen = Array.from({ length: 100 }, () => [
      ...idsOf(picker, even, 1),
      ...idsOf(picker, odd, 1),
    ]).flat();
    expect(new Set(seen).size).toBe(200);
  });

  test("goes on evenly after millions of picks", () => {
    const picker = roundRobin.createPicker();
    const list = listOf(100, (at) => 0.1 * (1 + (at % 3)));
    idsOf(picker, list, 1_000_500);
    const counts = countsOf(idsOf(picker, list, 1_990));
    const off = list.map(({ id, weight }) => Math.abs((counts.get(id) ?? 0) - weight * 100));
    expect(Math.max(...off)).toBeLessThanOrEqual(2);
  });
});
