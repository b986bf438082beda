import type { Entry } from "../contestants.js";
import type { Scenario } from "../scenarios.js";
import type { Results } from "./results.js";
import { checkTarget, type Target, targets } from "./targets.js";

/** A table per scenario that was run, the targets, and what failed. */
export function formatReport(
  results: Results,
  scenarios: readonly Scenario[],
  contestants: readonly Entry[],
): string {
  const ran = scenarios.filter(({ name }) => results.all.some((one) => one.scenario === name));
  return [
    ...ran.map((scenario) => scenarioTable(results, scenario, contestants)),
    targetTable(results),
    failureList(results),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function scenarioTable(
  results: Results,
  scenario: Scenario,
  contestants: readonly Entry[],
): string {
  const { name, title, metrics, baselines } = scenario;
  const [first, ...others] = metrics;
  if (first === undefined) return "";
  const head = [
    "contestant",
    first.title,
    ...baselines.map((baseline) => `× ${baseline}`),
    ...others.map((metric) => metric.title),
  ];
  const rows = contestants
    .filter((entry) => results.find(name, entry.name) !== undefined || isAbsent(entry, scenario))
    .map((entry) => {
      const failed = (results.find(name, entry.name)?.failures.length ?? 0) > 0;
      const cell = (value: number | undefined) => (failed ? "failed" : formatNumber(value));
      return [
        entry.name,
        cell(results.median(name, entry.name, first.key)),
        ...baselines.map((base) => cell(results.ratio(name, entry.name, base, first.key))),
        ...others.map((metric) => cell(results.median(name, entry.name, metric.key))),
      ];
    });
  return `### ${name}: ${title}\n\n${markdownTable(head, rows)}`;
}

/** Whether a contestant makes calls, but not those of this scenario; its row then says so. */
function isAbsent(entry: Entry, scenario: Scenario): boolean {
  return scenario.kind === "load" && entry.features.includes("unary") && !supports(entry, scenario);
}

/** Whether a contestant can take part in a scenario. */
export function supports(entry: Entry, scenario: Scenario): boolean {
  return scenario.needs.every((feature) => entry.features.includes(feature));
}

function targetTable(results: Results): string {
  const rows = targets.flatMap((target) => {
    const checked = checkTarget(target, results);
    if (checked === undefined) return [];
    return [
      [
        target.what,
        `${target.contestant} ÷ ${target.baseline}`,
        `${target.bound} ${formatNumber(target.ratio)}`,
        formatNumber(checked.measured),
        checked.met ? "yes" : "no",
        formatNumber(disturbance(results, target)),
      ],
    ];
  });
  if (rows.length === 0) return "";
  return `### Targets\n\n${markdownTable(["what", "ratio", "target", "measured", "met", "others' CPU %"], rows)}`;
}

/** What others took of the machine while either side of the ratio was measured, the larger of both. */
function disturbance(results: Results, { scenario, contestant, baseline }: Target) {
  const shares = [contestant, baseline].map((one) =>
    results.median(scenario, one, "othersPercent"),
  );
  return shares[0] === undefined || shares[1] === undefined
    ? undefined
    : Math.max(shares[0], shares[1]);
}

function failureList(results: Results): string {
  const lines = results.all.flatMap(({ scenario, contestant, failures }) =>
    failures.map((failure) => `- ${scenario}, ${contestant}: ${failure.replaceAll("\n", " ")}`),
  );
  return lines.length === 0 ? "" : `### Failures\n\n${lines.join("\n")}`;
}

/** Shape: the first column to the left, the others to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(head),
    line(head.map((_, column) => (column === 0 ? "---" : "---:"))),
    ...rows.map(line),
  ].join("\n");
}

/** Three digits that matter, whole numbers from 100 on, thousands apart; an en dash for what is not there. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size >= 100)
    return Math.round(value)
      .toString()
      .replaceAll(/\B(?=(\d{3})+$)/g, " ");
  if (size >= 10) return value.toFixed(1);
  if (size === 0) return "0";
  return value.toFixed(size >= 0.1 ? 2 : 3);
}
