/** `pnpm scenarios:processes`: makes real processes fail in turn, and prints how each program takes it. */
import { cpus } from "node:os";
import { type Args, parseScenarioArgs, usage } from "./args.js";
import type { Stack } from "./process/commands.js";
import { Lab } from "./process/lab.js";
import { formatScenarioReport } from "./report.js";
import { isBad, linesOf, type Run } from "./results.js";
import type { Scenario } from "./scenario.js";
import { scenarios } from "./scenarios.js";

const stacks: readonly Stack[] = ["thrice", "grpc-js"];
const runs: Run[] = [];
/** The one whose processes run; none of them outlives this one. */
let lab: Lab | undefined;

process.on("exit", () => lab?.kill());

try {
  await main(parseScenarioArgs(process.argv.slice(2)));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}

async function main(args: Args): Promise<void> {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.once(signal, () => {
      print(args);
      process.exit(code);
    });
  }
  for (const scenario of scenarios) {
    for (const stack of stacks) {
      if (args.only.test(`${scenario.name} ${stack}`)) await runOne(scenario, stack, args);
    }
  }
  if (runs.length === 0) throw new RangeError(`--only ${args.only} matches nothing`);
  print(args);
  if (runs.some(isBad)) process.exitCode = 1;
}

async function runOne(scenario: Scenario, stack: Stack, args: Args): Promise<void> {
  console.error(`${scenario.name}: ${stack}`);
  lab = new Lab(stack, args);
  try {
    const readings = await scenario.run(lab);
    runs.push({ scenario, stack, readings });
    if (args.events) await lab.tellEvents((line) => console.error(line));
  } catch (error) {
    runs.push({ scenario, stack, failure: (error as Error).message });
  } finally {
    await lab.end();
    lab = undefined;
  }
}

/** Prints what was measured so far; a run that is broken off has that much to show. */
function print(args: Args): void {
  console.log(args.json ? asJson(args) : formatScenarioReport(scenarios, runs));
}

function asJson(args: Args): string {
  const { node } = process.versions;
  const machine = { node, cpus: cpus().length, cpu: cpus()[0]?.model };
  const settings = { ...args, only: args.only.source };
  const failures = runs
    .filter(({ failure }) => failure !== undefined)
    .map(({ scenario, stack, failure }) => ({ scenario: scenario.name, stack, failure }));
  return JSON.stringify({ machine, settings, lines: linesOf(scenarios, runs), failures }, null, 2);
}
