/** Scenario 7: a server near its limit stalls, and the backlog, with the retries that it causes, keeps it from coming back. */
import { constant, type ServerOptions, Simulation } from "@thrice/cluster/simulator";
import type { Play, Scenario } from "../scenario.js";

const fromMs = 20_000;
const toMs = 30_000;

function metastable(
  what: string,
  server: ServerOptions,
  withinMs: number,
  peers: string,
): Scenario {
  return {
    id: "7",
    name: `a server of 300/s at 280/s stalls for 10 s; ${what}`,
    isTuned: true,
    measures: [
      { name: "until 95 % succeed again", unit: "ms", goal: { atMost: withinMs }, peers },
      { name: "load while stalled", unit: "times", goal: { atMost: 1.1 } },
    ],
    run: (play) => run(server, play),
  };
}

async function run(options: ServerOptions, { seed, contestant }: Play) {
  const sim = new Simulation({ seed });
  const server = sim.server({ latency: constant(1_000 / 300), workers: 1, ...options });
  const client = sim.client({ servers: [server], attemptTimeoutMs: 1_000, ...contestant.options });
  sim.at(fromMs, () => server.stall());
  sim.at(toMs, () => server.heal());
  const report = await sim.run({ client, perSecond: 280, seconds: 120 });
  return {
    "until 95 % succeed again":
      report.recoveryMs(toMs, { untilMs: 120_000 }) ?? Number.POSITIVE_INFINITY,
    "load while stalled": report.between(fromMs, toMs).loadFactor,
  };
}

const never = "fixed, Finagle, Envoy never; others 121–133 s";

export const metastableAlone = metastable(
  "it serves also what nobody waits for",
  { dropsExpired: false, cancel: "is-ignored" },
  15_000,
  never,
);
export const metastableDropping = metastable(
  "it drops what has expired",
  { dropsExpired: true, cancel: "is-ignored" },
  2_000,
  "≤ 2 s",
);
export const metastableCapped = metastable(
  "its queue is bounded at 100",
  { dropsExpired: false, cancel: "is-ignored", maxQueued: 100 },
  2_000,
  "1 s",
);
