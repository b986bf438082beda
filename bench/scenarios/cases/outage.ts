/** Scenarios 1 and 8: everything fails for half a minute, and then nothing does. */
import { lognormal, Simulation } from "@thrice/cluster/simulator";
import type { Measure, Play, Scenario } from "../scenario.js";

const fromMs = 10_000;
const toMs = 40_000;

function outage(clients: number, measures: readonly Measure[]): Scenario {
  return {
    id: "1, 8",
    name: `full outage of 30 s, 200 calls/s, ${clients} ${clients === 1 ? "client" : "clients"}`,
    isTuned: true,
    measures,
    run: (play) => run(clients, play),
  };
}

async function run(count: number, { seed, contestant }: Play) {
  const sim = new Simulation({ seed });
  const servers = sim.servers(3, { latency: lognormal({ medianMs: 5, p99Ms: 20 }) });
  const client = sim.clients(count, { servers, ...contestant.options });
  sim.at(fromMs, () => {
    for (const server of servers) server.fail();
  });
  sim.at(toMs, () => {
    for (const server of servers) server.heal();
  });
  const report = await sim.run({ client, perSecond: 200, seconds: 50 });
  return {
    load: report.between(fromMs, toMs).loadFactor,
    "load in the first second": report.between(fromMs, fromMs + 1_000).loadFactor,
    "until 95 % succeed again": report.recoveryMs(toMs) ?? Number.POSITIVE_INFINITY,
  };
}

const firstSecond: Measure = { name: "load in the first second", unit: "times" };
const recovery: Measure = {
  name: "until 95 % succeed again",
  unit: "ms",
  goal: { atMost: 500 },
  peers: "SRE throttle 14–21 s, breakers 5–60 s",
};

export const outageOfOne = outage(1, [
  {
    name: "load",
    unit: "times",
    goal: { atMost: 0.35 },
    peers: "gRPC 1.00, Linkerd 1.03, fixed 3.0",
  },
  firstSecond,
  recovery,
]);

export const outageOfFifty = outage(50, [
  {
    name: "load",
    unit: "times",
    goal: { atMost: 1.1 },
    peers: "gRPC 1.03, Linkerd 1.06, Envoy 2.98",
  },
  firstSecond,
  recovery,
]);
