import { formatScenarioReport } from "./report.js";
import { isBad, type Run } from "./results.js";
import type { Scenario } from "./scenario.js";

const scenario: Scenario = {
  name: "storm",
  title: "it storms",
  measures: [
    { key: "errors", title: "errors", goal: { bound: "at most", value: 0 }, strict: true },
    { key: "success", title: "success", goal: { bound: "at least", value: 99.9 }, digits: 1 },
    { key: "calls", title: "calls" },
  ],
  run: async () => ({}),
};
const other = { ...scenario, name: "calm" };

function run(readings: Run["readings"], stack: Run["stack"] = "thrice"): Run {
  return readings === undefined
    ? { scenario, stack, failure: "gone" }
    : { scenario, stack, readings };
}

test("the table has a line for each measure, and of scenarios that were run only", () => {
  const runs = [
    run({ errors: 0, success: 99.85, calls: 12_345 }),
    run({ errors: 7, success: Number.NaN }, "grpc-js"),
  ];
  expect(formatScenarioReport([other, scenario], runs).split("\n")).toEqual([
    "| scenario | measure | goal | Thrice | grpc-js | met |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    "| storm | errors | at most 0 | 0 | 7 | yes |",
    "|  | success | at least 99.9 | 99.8 | – | no |",
    "|  | calls |  | 12 345 | – |  |",
    "",
    "- storm: it storms",
  ]);
});

test("a program that did not run is listed with the reason", () => {
  expect(formatScenarioReport([scenario], [run(undefined)])).toContain("- storm, thrice: gone");
});

test.each<{ readings: Run["readings"]; stack: Run["stack"]; bad: boolean; why: string }>([
  {
    readings: { errors: 0, success: 1 },
    stack: "thrice",
    bad: false,
    why: "only strict goals count",
  },
  {
    readings: { errors: 1, success: 100 },
    stack: "thrice",
    bad: true,
    why: "a strict goal is missed",
  },
  { readings: {}, stack: "thrice", bad: true, why: "a strict goal was not measured" },
  { readings: { errors: 1 }, stack: "grpc-js", bad: false, why: "the peer may miss it" },
  { readings: undefined, stack: "grpc-js", bad: true, why: "it did not run" },
])("a run of $stack is bad: $bad, as $why", ({ readings, stack, bad }) => {
  expect(isBad(run(readings, stack))).toBe(bad);
});
