import { markdownTable } from "../src/harness/report.js";
import { type Line, linesOf, type Run } from "./results.js";
import type { Scenario } from "./scenario.js";

/** A table of all that was measured, what the scenarios are, and what failed. */
export function formatScenarioReport(scenarios: readonly Scenario[], runs: readonly Run[]): string {
  const lines = linesOf(scenarios, runs);
  const head = ["scenario", "measure", "goal", "Thrice", "grpc-js", "met"];
  const rows = lines.map((line, index) => [
    lines[index - 1]?.scenario === line.scenario ? "" : line.scenario,
    line.measure,
    line.goal,
    formatReading(line.thrice, line),
    formatReading(line.grpcJs, line),
    line.met === undefined ? "" : line.met ? "yes" : "no",
  ]);
  const titles = scenarios
    .filter((scenario) => runs.some((run) => run.scenario === scenario))
    .map(({ name, title }) => `- ${name}: ${title}`);
  const failures = runs
    .filter(({ failure }) => failure !== undefined)
    .map(
      ({ scenario, stack, failure = "" }) =>
        `- ${scenario.name}, ${stack}: ${failure.replaceAll("\n", " ")}`,
    );
  return [
    markdownTable(head, rows),
    titles.join("\n"),
    failures.length === 0 ? "" : `### Failures\n\n${failures.join("\n")}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function formatReading(value: number | undefined, { digits }: Line): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const [whole = "", ...rest] = value.toFixed(digits).split(".");
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, " "), ...rest].join(".");
}
