/**
 * What load limits cost a call, in nanoseconds of CPU time: a place that is given and given back, by what limits there are,
 * and a refusal. No wire: gate and place alone, the best round of each.
 *
 * Usage: load-limits.ts [calls=500000] [rounds=6]
 */
import type { DescMethod } from "@bufbuild/protobuf";
import { consoleLogger, type LoadLimitOptions, systemClock } from "@thrice/core";
import type { CallGate } from "@thrice/protocol";
import { gradientLimit } from "../src/limits/gradient-limit.js";
import { LoadLimiter } from "../src/limits/load-limiter.js";
import { resolveServerLoad } from "../src/limits/server-limits.js";
import { slidingWindow } from "../src/limits/sliding-window.js";
import { tokenBucket } from "../src/limits/token-bucket.js";

const [calls = 500_000, rounds = 6] = process.argv.slice(2, 4).map(Number);
const method = { methodKind: "unary", name: "Do" } as unknown as DescMethod;
const call = { method, readField: () => undefined };

const admitted: Record<string, LoadLimitOptions> = {
  "concurrency 100": { maxConcurrency: 100 },
  "gradient limit": { maxConcurrency: gradientLimit() },
  "token bucket": { rateLimit: tokenBucket({ perSecond: 1_000_000_000 }) },
  "sliding window": { rateLimit: slidingWindow({ calls: 1_000_000_000 }) },
};

for (const [name, limits] of Object.entries(admitted)) {
  const gate = gateOf(limits);
  report(name, () => {
    const admission = gate.admit(call);
    if (admission.kind !== "place") throw new Error(admission.kind);
    admission.place.take();
    admission.place.end();
  });
}

const full = gateOf({ maxConcurrency: 1 });
full.admit(call);
report("refused: full", () => refuse(full));
const queueFull = gateOf({ maxConcurrency: 1 }, 1);
queueFull.admit(call);
const waiting = queueFull.admit(call);
report("refused: queue full", () => refuse(queueFull));
if (waiting.kind === "waits") waiting.leave();
const slow = gateOf({ rateLimit: tokenBucket({ perSecond: 0.001 }) });
slow.admit(call);
report("refused: rate", () => refuse(slow));

function gateOf(limits: LoadLimitOptions, maxQueuedCalls = 0): CallGate {
  const parts = { clock: systemClock, logger: consoleLogger(), random: Math.random };
  const limiter = new LoadLimiter(limits, resolveServerLoad({ maxQueuedCalls }), parts);
  return limiter.gate(method, []) as CallGate;
}

function refuse(gate: CallGate): void {
  if (gate.admit(call).kind !== "refused") throw new Error("not refused");
}

function report(name: string, once: () => void): void {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) once();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1_000) / calls);
  }
  console.log(name.padEnd(20), Math.round(best), "ns");
}
