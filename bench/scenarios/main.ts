/**
 * Plays the scenarios in the simulator, and prints a table: `pnpm scenarios [--only <regex>] [--seeds <n>] [--json]`.
 *
 * The process fails if a scenario does; a goal that is missed is a row, and no failure.
 */
import { parseArgs } from "node:util";
import { playScenario, type Row } from "./rows.js";
import { scenarios } from "./scenarios.js";
import { tableFrom } from "./table.js";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    seeds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});
const seeds = Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1 || seeds > 1_000) {
  throw new RangeError(`--seeds must be a whole number from 1 to 1000, got ${values.seeds}`);
}
const only = new RegExp(values.only, "i");
const chosen = scenarios.filter(({ id, name }) => only.test(`${id} ${name}`));

const rows: Row[] = [];
const beganMs = performance.now();
for (const scenario of chosen) {
  const startedMs = performance.now();
  rows.push(...(await playScenario(scenario, seeds)));
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.error(`${scenario.id}: ${scenario.name} (${seconds} s)`);
}
if (values.json) {
  console.log(JSON.stringify(rows, undefined, 2));
} else {
  const met = rows.filter(({ isMet }) => isMet === true).length;
  const goals = rows.filter(({ goal }) => goal !== undefined).length;
  console.log(tableFrom(rows));
  console.log(`\n${met} of ${goals} goals met, worst of ${seeds} seeds each.`);
}
console.error(`${((performance.now() - beganMs) / 1_000).toFixed(0)} s`);
