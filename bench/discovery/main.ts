/** `pnpm scenarios:discovery`: many providers and consumers on a real engine, and how fast and at what cost they find each other. */
import { type Args, parseDiscoveryArgs, usage } from "./args.js";
import type { EngineName } from "./engine/engine.js";
import { formatDiscoveryReport, isBad, type Result } from "./report.js";
import { Run } from "./run-discovery.js";

/** What runs now; none of its processes outlives this one. */
let run: Run | undefined;

process.on("exit", () => run?.kill());
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.once(signal, () => process.exit(code));
}

try {
  await main(parseDiscoveryArgs(process.argv.slice(2)));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}

async function main(args: Args): Promise<void> {
  const results: Result[] = [];
  for (const engine of args.engines) results.push(await runOne(engine, args));
  console.log(
    args.json ? JSON.stringify({ args, results }, null, 2) : formatDiscoveryReport(args, results),
  );
  if (results.some((result) => isBad(args, result))) process.exitCode = 1;
}

async function runOne(engine: EngineName, args: Args): Promise<Result> {
  console.error(`${engine}: ${args.providers} providers, ${args.consumers} consumers`);
  run = new Run(engine, args);
  try {
    const readings = await run.measure();
    return { engine, readings, lostCalls: run.lostCalls };
  } catch (error) {
    return { engine, failure: (error as Error).message };
  } finally {
    await run.end();
    run = undefined;
  }
}
