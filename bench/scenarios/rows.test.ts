import { chain } from "./cases/chain.js";
import { thrice } from "./contestants.js";
import { playScenario } from "./rows.js";
import type { Scenario } from "./scenario.js";
import { scenarios } from "./scenarios.js";
import { tableFrom } from "./table.js";

/** Gives what a measure is to be, by seed and contestant. */
function scripted(ours: readonly number[], plain: number): Scenario {
  return {
    id: "9",
    name: "scripted",
    isTuned: true,
    measures: [
      { name: "errors", unit: "count", goal: { atMost: 1 }, peers: "3" },
      { name: "success", unit: "share", goal: { atLeast: 0.9 } },
      { name: "delay", unit: "ms" },
    ],
    run: async ({ seed, contestant }) => {
      const figure = contestant.isOurs ? (ours[seed - 1] ?? 0) : plain;
      return { errors: figure, success: 1 - figure / 10, delay: Number.POSITIVE_INFINITY };
    },
  };
}

test("a row holds the worst of the seeds, as its goal sees it", async () => {
  const rows = await playScenario(scripted([0, 2, 1], 5), 3);
  expect(rows.map(({ reached, isMet, plain }) => ({ reached, isMet, plain }))).toEqual([
    { reached: 2, isMet: false, plain: 5 },
    { reached: 0.8, isMet: false, plain: 0.5 },
    { reached: Number.POSITIVE_INFINITY, isMet: undefined, plain: Number.POSITIVE_INFINITY },
  ]);
});

test("a figure that is no number meets no goal", async () => {
  const [errors] = await playScenario(scripted([Number.NaN], 0), 1);
  expect(errors?.isMet).toBe(false);
});

test("the table names a scenario once, and shows figures in their unit", async () => {
  const lines = tableFrom(await playScenario(scripted([1], 5), 1)).split("\n");
  expect(lines.slice(2)).toEqual([
    "| 9 | scripted | errors | ≤ 1 | 1 | yes | 5 | 3 |",
    "|  |  | success | ≥ 90.00 % | 90.00 % | yes | 50.00 % |  |",
    "|  |  | delay | – | never | – | never |  |",
  ]);
});

test("a real scenario gives a figure for each of its measures, and the same for the same seed", async () => {
  const play = { seed: 3, contestant: thrice };
  const [once, again] = [await chain.run(play), await chain.run(play)];
  expect(once).toEqual(again);
  expect(Object.keys(once)).toEqual(chain.measures.map(({ name }) => name));
  expect(Object.values(once).every(Number.isFinite)).toBe(true);
});

test("no two scenarios have the same name", () => {
  const names = scenarios.map(({ id, name }) => `${id} ${name}`);
  expect(new Set(names).size).toBe(names.length);
});
