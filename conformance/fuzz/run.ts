/**
 * Feeds both ends with broken input, each target for its share of the time: `pnpm fuzz [--seed 1] [--seconds 60] [--only http2]`.
 * Prints a line for each target, and exits with 1 if a promise was broken: an error that nobody caught, a call or a connection
 * that hangs, something left open, or a heap that grows. `--seed` with the printed seed runs the same bytes again.
 */
import { parseArgs } from "node:util";
import { openClientTarget } from "./client-target.js";
import { http2Target } from "./http2-target.js";
import { recordConnections } from "./recordings.js";
import { openServerTarget } from "./server-target.js";
import type { FuzzTarget } from "./target.js";

/** More than what caches and compiled code have been seen to take after the warm-up. */
const maxGrowthBytes = 24 * 1_048_576;
const warmUpShare = 0.2;

const { seed, seconds, only } = readArgs();
const uncaught: unknown[] = [];
for (const event of ["uncaughtException", "unhandledRejection", "warning"]) {
  process.on(event, (cause) => uncaught.push(new Error(`there was an ${event}`, { cause })));
}
const recordings = await recordConnections();
const openers: Readonly<Record<string, () => Promise<FuzzTarget>>> = {
  http2: async () => http2Target,
  server: () => openServerTarget(recordings),
  client: () => openClientTarget(recordings),
};
const chosen = Object.entries(openers).filter(([name]) => only === undefined || name === only);
if (chosen.length === 0) fail(`--only must be one of ${Object.keys(openers)}, got ${only}`);
for (const [, open] of chosen) {
  const target = await open();
  await runFor(target, (seconds * 1000) / chosen.length);
  await target.close();
}

/** Runs episodes until the time is over. */
async function runFor(target: FuzzTarget, forMs: number): Promise<void> {
  const beginMs = performance.now();
  const ends: Record<string, number> = {};
  let heapBefore: number | undefined;
  let next = seed;
  for (; performance.now() - beginMs < forMs; next++) {
    const end = await runOne(target, next);
    ends[end] = (ends[end] ?? 0) + 1;
    if (heapBefore === undefined && performance.now() - beginMs > forMs * warmUpShare) {
      heapBefore = await heapBytes();
    }
  }
  const growthBytes = (await heapBytes()) - (heapBefore ?? Number.POSITIVE_INFINITY);
  const heapGrowthMegabytes = Math.round(growthBytes / 104_857.6) / 10;
  const counts = { episodes: next - seed, ends, heapGrowthMegabytes, nextSeed: next };
  console.log(JSON.stringify({ target: target.name, ...counts }));
  if (growthBytes > maxGrowthBytes) fail(`${target.name}: the heap grew by ${growthBytes} bytes`);
}

async function runOne(target: FuzzTarget, at: number): Promise<string> {
  try {
    const end = await target.run(at);
    if (uncaught.length > 0) throw uncaught[0];
    return end;
  } catch (error) {
    console.error(error);
    return fail(`failed: pnpm fuzz --only ${target.name} --seed ${at}`);
  }
}

/** After collections, as what one finalizes is freed by the next. */
async function heapBytes(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

function readArgs() {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== "--"),
    options: {
      seed: { type: "string", default: "1" },
      seconds: { type: "string", default: "60" },
      only: { type: "string" },
    },
  });
  return {
    seed: numberArg("seed", values.seed, 0, 0x7fff_ffff),
    seconds: numberArg("seconds", values.seconds, 1, 1_000_000),
    only: values.only,
  };
}

function numberArg(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text !== "" && value >= min && value <= max) return value;
  return fail(`--${name} must be a number from ${min} to ${max}, got ${text}`);
}

function fail(text: string): never {
  console.error(text);
  process.exit(1);
}
