/** Scenario 2: each attempt fails with the same chance, wherever it goes. */
import { lognormal, Simulation } from "@thrice/cluster/simulator";
import type { Measure, Play, Scenario } from "../scenario.js";

function partialFailure(ratio: number, clients: number, measures: readonly Measure[]): Scenario {
  const who = clients === 1 ? "1 client" : `${clients} clients`;
  return {
    id: "2",
    name: `${ratio * 100} % of all attempts fail, 200 calls/s, ${who}`,
    isTuned: true,
    measures,
    run: (play) => run(ratio, clients, play),
  };
}

async function run(ratio: number, clients: number, { seed, contestant }: Play) {
  const sim = new Simulation({ seed });
  const servers = sim.servers(3, { latency: lognormal({ medianMs: 5, p99Ms: 20 }) });
  const client = sim.clients(clients, { servers, ...contestant.options });
  for (const server of servers) server.fail({ ratio });
  const { total } = await sim.run({ client, perSecond: 200, seconds: 60 });
  return { success: total.successRatio, load: total.loadFactor };
}

const atTen: readonly Measure[] = [
  {
    name: "success",
    unit: "share",
    goal: { atLeast: 0.999 },
    peers: "fixed 99.92 %, gRPC 92.7–98 %",
  },
  { name: "load", unit: "times", goal: { atMost: 1.12 }, peers: "fixed 1.107" },
];
const load: Measure = {
  name: "load",
  unit: "times",
  goal: { atMost: 1.25 },
  peers: "fixed 1.39, Finagle 1.25",
};

export const tenPercent = partialFailure(0.1, 1, atTen);
export const tenPercentOfFifty = partialFailure(0.1, 50, atTen);
export const thirtyPercent = partialFailure(0.3, 1, [load]);
export const fiftyPercent = partialFailure(0.5, 1, [load]);
