/** `pnpm bench`: runs the contestants in turn, round by round, and prints what came of it. */
import { cpus } from "node:os";
import { testCertificate } from "@thrice/core/testing";
import type { Entry } from "./contestants.js";
import { contestants } from "./contestants.js";
import { type Args, parseBenchArgs, usage } from "./harness/args.js";
import { formatReport, supports } from "./harness/report.js";
import { Results } from "./harness/results.js";
import { runLoadScenario } from "./harness/run-load.js";
import { runMemoryScenario } from "./harness/run-memory.js";
import { medianSample } from "./harness/stats.js";
import { checkTarget, targets } from "./harness/targets.js";
import type { WorkerProcess } from "./harness/worker-process.js";
import { type Scenario, scenarios } from "./scenarios.js";

/** Processes that run; none outlives this one. */
const alive = new Set<WorkerProcess>();
/** What was measured so far. */
const results = new Results();

process.on("exit", () => {
  for (const worker of alive) worker.kill();
});

try {
  await main(parseBenchArgs(process.argv.slice(2)));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}

async function main(args: Args): Promise<void> {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => {
      print(args);
      process.exit(code);
    });
  }
  const { cert, key } = testCertificate();
  const surroundings = { certificate: { cert, key }, alive };
  for (const scenario of scenarios) {
    const entries = entriesOf(scenario, args);
    if (entries.length === 0) continue;
    console.error(`${scenario.name}: ${entries.map(({ name }) => name).join(", ")}`);
    if (scenario.kind === "load") {
      await runLoadScenario(scenario, entries, args, surroundings, results);
    } else {
      await runMemoryScenario(scenario, entries, args, surroundings, results);
    }
  }
  if (results.all.length === 0) throw new RangeError(`--only ${args.only} matches nothing`);
  print(args);
  if (results.all.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}

/** Prints what was measured so far; a run that is broken off has that much to show. */
function print(args: Args): void {
  console.log(args.json ? asJson(args) : formatReport(results, scenarios, contestants));
}

function entriesOf(scenario: Scenario, { quick, only }: Args): readonly Entry[] {
  if (quick && !scenario.quick) return [];
  return contestants.filter(
    (entry) => supports(entry, scenario) && only.test(`${scenario.name} ${entry.name}`),
  );
}

function asJson(args: Args): string {
  const { node } = process.versions;
  const machine = { node, cpus: cpus().length, cpu: cpus()[0]?.model };
  return JSON.stringify(
    {
      machine,
      settings: { ...args, only: args.only.source },
      results: results.all.map((one) => ({
        ...one,
        median: one.failures.length > 0 ? null : medianSample(one.samples),
      })),
      targets: targets.map((target) => ({ ...target, ...checkTarget(target, results) })),
    },
    null,
    2,
  );
}
