/** Scenario 5: a process is stopped: it takes requests, and answers none. */
import { hedged } from "@thrice/cluster";
import { type ClientOptions, lognormal, Simulation } from "@thrice/cluster/simulator";
import type { Play, Scenario } from "../scenario.js";

const fromMs = 10_000;
const toMs = 30_000;

export const hangingHedged: Scenario = {
  id: "5",
  name: "1 of 3 hangs for 20 s, 300 calls/s, deadline 1 s, `hedged()`",
  isTuned: true,
  measures: [
    { name: "errors", unit: "count", goal: { atMost: 0 }, peers: "grpc-js 33 %, tuned 5.5 %" },
    { name: "p99.9", unit: "ms", goal: { atMost: 250 }, peers: "the deadline" },
    { name: "load", unit: "times", goal: { atMost: 1.1 } },
    { name: "until it answers again", unit: "ms", goal: { atMost: 1_000 } },
  ],
  run: (play) => run(play, { cluster: hedged() }),
};

export const hanging: Scenario = {
  id: "5",
  name: "1 of 3 hangs for 20 s, 300 calls/s, deadline 1 s, `failover`",
  isTuned: true,
  measures: [
    { name: "errors per call under way there", unit: "times", goal: { atMost: 1 } },
    { name: "errors", unit: "count", goal: { atMost: 10 }, peers: "EWMA 0.05 %, here 3" },
    { name: "load", unit: "times", goal: { atMost: 1.1 } },
  ],
  run: (play) => run(play, {}),
};

async function run({ seed, contestant }: Play, ours: Partial<ClientOptions>) {
  const sim = new Simulation({ seed });
  const servers = sim.servers(3, { latency: lognormal({ medianMs: 5, p99Ms: 20 }) });
  const options = contestant.isOurs ? ours : contestant.options;
  const client = sim.client({ servers, timeoutMs: 1_000, ...options });
  const [bad] = servers as [(typeof servers)[number]];
  let underWay = 0;
  sim.at(fromMs, () => bad.hang());
  // None has come to its deadline yet, so that these are all that were sent before the hang was seen.
  sim.at(fromMs + 500, () => {
    underWay = bad.held;
  });
  sim.at(toMs, () => bad.heal());
  const report = await sim.run({ client, perSecond: 300, seconds: 40 });
  const { failed } = report.total;
  return {
    errors: failed,
    "errors per call under way there": failed / Math.max(1, underWay),
    "p99.9": report.between(fromMs, toMs).latencyMs.p999,
    load: report.between(fromMs, toMs).loadFactor,
    "until it answers again": report.firstAnswerMs(bad, toMs) ?? Number.POSITIVE_INFINITY,
  };
}
