import type { Row } from "./rows.js";
import type { Goal, Measure } from "./scenario.js";

/** Writes rows as a Markdown table. */
export function tableFrom(rows: readonly Row[]): string {
  const lines = rows.map((row, at) => {
    const isFirst = rows[at - 1]?.scenario !== row.scenario;
    const cells = [
      isFirst ? row.id : "",
      isFirst ? row.scenario : "",
      row.measure,
      goalText(row.goal, row.unit),
      figureText(row.reached, row.unit),
      metText(row.isMet),
      figureText(row.plain, row.unit),
      row.peers,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [...head, ...lines].join("\n");
}

const columns = [
  "#",
  "scenario",
  "measure",
  "goal",
  "reached",
  "met",
  "round robin, 2 retries",
  "others, as published",
];
const head = [`| ${columns.join(" | ")} |`, `|${" --- |".repeat(columns.length)}`];

function metText(isMet: boolean | undefined): string {
  if (isMet === undefined) return "–";
  return isMet ? "yes" : "**no**";
}

function goalText(goal: Goal | undefined, unit: Measure["unit"]): string {
  if (goal === undefined) return "–";
  if ("atMost" in goal) return goal.atMost === 0 ? "0" : `≤ ${figureText(goal.atMost, unit)}`;
  return `≥ ${figureText(goal.atLeast, unit)}`;
}

function figureText(figure: number, unit: Measure["unit"]): string {
  if (Number.isNaN(figure)) return "–";
  if (figure === Number.POSITIVE_INFINITY) return "never";
  switch (unit) {
    case "count":
      return String(figure);
    case "ms":
      return `${figure < 10 ? figure.toFixed(1) : Math.round(figure)} ms`;
    case "ratio":
      return figure.toFixed(3);
    case "share":
      return `${(figure * 100).toFixed(2)} %`;
    case "times":
      return `${figure.toFixed(figure < 10 ? 2 : 1)} ×`;
  }
}
