import type { LiveEndpoint, LoadBalancer, PickContext } from "@thrice/core";
import { startAt } from "../testing/attempts-under-way.js";
import { endpoint, pickContext, seededRandom } from "../testing/pick-bench.js";
import type { Candidate } from "./candidate.js";
import { type CostOptions, costBalancer } from "./cost-balancer.js";
import type { Cost } from "./cost-picker.js";

const listOf = (length: number, weightAt: (at: number) => number = () => 100) =>
  Array.from({ length }, (_, at) => endpoint(`e${at}`, weightAt(at)));

const picksOf = (
  balancer: LoadBalancer,
  list: readonly LiveEndpoint[],
  count: number,
  more: Partial<PickContext> = {},
) => {
  const picker = balancer.createPicker();
  const context = pickContext({ random: seededRandom(4), ...more });
  return Array.from({ length: count }, () => picker.pick(list, context)?.id ?? "nothing");
};

const countsOf = (ids: readonly string[], list: readonly LiveEndpoint[]) =>
  list.map(({ id }) => ids.filter((picked) => picked === id).length);

/** Largest distance from the shares expected, in standard deviations. */
const deviation = (counts: readonly number[], shares: readonly number[]) => {
  const draws = counts.reduce((sum, count) => sum + count, 0);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const off = counts.map((count, at) => {
    const expected = (draws * (shares[at] as number)) / total;
    return Math.abs(count - expected) / Math.sqrt(expected);
  });
  return Math.max(...off);
};

describe("costBalancer", () => {
  test.each([
    { length: 2, options: {}, compared: 2 },
    { length: 15, options: {}, compared: 2 },
    { length: 16, options: {}, compared: 3 },
    { length: 1_000, options: {}, compared: 3 },
    { length: 1_000, options: { choices: 2 }, compared: 2 },
    { length: 1_000, options: { choices: 5 }, compared: 5 },
    { length: 20, options: { exactUpTo: 20 }, compared: 20 },
    { length: 21, options: { exactUpTo: 20, choices: 4 }, compared: 4 },
  ])("compares $compared of $length with $options", ({ length, options, compared }) => {
    let asked = 0;
    const cost: Cost = () => ++asked;
    // Evenly spread draws never hit the same endpoint twice.
    let draws = 0;
    picksOf(costBalancer("mine", cost, options), listOf(length), 1, {
      random: () => (draws++ * 0.17) % 1,
    });
    expect(asked).toBe(compared);
  });

  test.each([
    { length: 15, options: {}, compared: 5 },
    { length: 16, options: {}, compared: 6 },
    { length: 3, options: {}, compared: 3 },
    { length: 16, options: { choices: 3 }, compared: 3 },
  ])(
    "compares $compared of $length with $options while all are busy",
    ({ length, options, compared }) => {
      let asked = 0;
      const list = listOf(length);
      for (const { stats } of list) startAt(stats, 0);
      picksOf(
        costBalancer("mine", () => ++asked, options),
        list,
        1,
      );
      expect(asked).toBe(compared);
    },
  );

  test("compares no more once the cheapest is one that is idle", () => {
    let asked = 0;
    const cost: Cost = ({ load }) => {
      asked++;
      return load;
    };
    const list = listOf(1_000);
    startAt(list[0]?.stats as never, 0);
    picksOf(costBalancer("mine", cost), list, 100);
    expect(asked).toBe(300);
  });

  test("picks the cheapest of all when all are compared", () => {
    const cost: Cost = ({ endpoint: { id } }) => Math.abs(Number(id.slice(1)) - 7);
    const ids = picksOf(costBalancer("mine", cost, { exactUpTo: 20 }), listOf(20), 100);
    expect(new Set(ids)).toEqual(new Set(["e7"]));
  });

  test("never picks the dearest of a few when two different ones are compared", () => {
    const cost: Cost = ({ endpoint: { id } }) => Number(id.slice(1));
    expect(picksOf(costBalancer("mine", cost), listOf(5), 1_000)).not.toContain("e4");
  });

  test.each([
    { name: "two", length: 2, options: {} },
    { name: "few", length: 10, options: {} },
    { name: "many", length: 40, options: {} },
    { name: "all", length: 20, options: { exactUpTo: 20 } },
  ])("shares evenly at the same cost: $name (seed 4)", ({ length, options }) => {
    const list = listOf(length);
    const ids = picksOf(
      costBalancer("flat", () => 1, options),
      list,
      20_000,
    );
    expect(
      deviation(
        countsOf(ids, list),
        list.map(() => 1),
      ),
    ).toBeLessThan(5);
  });

  test.each([
    { name: "two", weights: [1, 4], options: {} },
    { name: "three, one of which has next to nothing", weights: [100, 100, 2], options: {} },
    { name: "eight", weights: [1, 2, 3, 4, 5, 6, 7, 8], options: {} },
    { name: "all are compared", weights: [1, 2, 3, 4, 5], options: { exactUpTo: 5 } },
    { name: "many", weights: Array.from({ length: 60 }, (_, at) => 1 + (at % 6)), options: {} },
  ])("shares by weight at the same cost: $name (seed 4)", ({ weights, options }) => {
    const list = listOf(weights.length, (at) => weights[at] as number);
    const ids = picksOf(
      costBalancer("flat", () => 1, options as CostOptions),
      list,
      20_000,
    );
    expect(deviation(countsOf(ids, list), weights)).toBeLessThan(5);
  });

  test("of a few with different weights, ten times the cost takes a thousandth (seed 4)", () => {
    const cost: Cost = ({ endpoint: { id } }) => (id === "e0" ? 10 : 1);
    const list = listOf(3, (at) => 100 + at);
    const counts = countsOf(picksOf(costBalancer("mine", cost), list, 20_000), list);
    expect(deviation(counts, [0.1, 101, 102])).toBeLessThan(5);
  });

  test("counts what is under way by weight", () => {
    const loads = new Map<string, number>();
    const note = ({ endpoint: { id }, load }: Candidate) => {
      loads.set(id, load);
      return load;
    };
    const list = listOf(3, (at) => [100, 200, 300][at] as number);
    for (const { stats } of list) for (let call = 0; call < 6; call++) startAt(stats, 0);
    picksOf(costBalancer("mine", note), list, 1);
    expect([...loads]).toEqual([
      ["e0", 13],
      ["e1", 7],
      ["e2", 5],
    ]);
  });

  test.each([Number.NaN, undefined, "dear"])("never picks for a cost of %p", (bad) => {
    const cost = (({ endpoint: { id } }) => (id === "e0" ? bad : 1)) as Cost;
    expect(picksOf(costBalancer("mine", cost), listOf(2), 100)).not.toContain("e0");
    const uneven = listOf(2, (at) => at + 1);
    expect(picksOf(costBalancer("mine", cost), uneven, 100)).not.toContain("e0");
  });

  test("passes on what the cost function throws", () => {
    const noIdea: Cost = () => {
      throw new Error("no idea");
    };
    const broken = costBalancer("mine", noIdea);
    expect(() => picksOf(broken, listOf(2), 1)).toThrow("no idea");
  });

  test.each<{ args: unknown[]; says: string }>([
    { args: ["", () => 1], says: "name must be a text that is not empty, got ''" },
    { args: [7, () => 1], says: "name must be a text that is not empty, got 7" },
    { args: ["a", 1], says: "cost must be a function, got 1" },
    {
      args: ["a", () => 1, { choices: 1 }],
      says: "choices must be a whole number from 2 to 10, got 1",
    },
    { args: ["a", () => 1, { choices: 2.5 }], says: "choices must be a whole number" },
    {
      args: ["a", () => 1, { exactUpTo: -1 }],
      says: "exactUpTo must be a whole number from 0 to 1000",
    },
    {
      args: ["a", () => 1, { choice: 2 }],
      says: "unknown option 'choice'; did you mean 'choices'?",
    },
    { args: ["a", () => 1, null], says: "options of costBalancer must be an object, got null" },
  ])("refuses $args", ({ args, says }) => {
    expect(() => costBalancer(...(args as Parameters<typeof costBalancer>))).toThrow(says);
  });
});
