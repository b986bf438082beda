/** Scenario 10: two of sixteen servers are four times as slow as the others, and all of them are busy. */
import { exponential, Simulation } from "@thrice/cluster/simulator";
import type { Play, Scenario } from "../scenario.js";

/** What 14 servers of 4 workers and 10 ms, and 2 of 40 ms, can do. */
const capacityPerSecond = 14 * 400 + 2 * 100;

/** Goals are the best figure of any in the field, and a tenth more. */
function uneven(
  utilization: number,
  clients: number,
  best: { p99: number; p999: number },
): Scenario {
  const goal = (ms: number) => ({ atMost: Math.round(1.1 * ms) });
  const row = ({ p99, p999 }: { p99: number; p999: number }) => `best ${p99}/${p999} ms`;
  return {
    id: "10",
    name: `16 servers, 2 of them 4 × slower, ${utilization * 100} % busy, ${clients} ${clients === 1 ? "client" : "clients"}`,
    isTuned: true,
    measures: [
      { name: "p99", unit: "ms", goal: goal(best.p99), peers: row(best) },
      {
        name: "p99.9",
        unit: "ms",
        goal: goal(best.p999),
        peers: "P2C least, 90 %, 100: 1066/1267 ms",
      },
    ],
    run: (play) => run(utilization, clients, play),
  };
}

async function run(utilization: number, clients: number, { seed, contestant }: Play) {
  const sim = new Simulation({ seed });
  const latency = exponential(10);
  const servers = sim.servers(16, { latency, workers: 4 });
  for (const server of servers.slice(0, 2)) server.slow({ factor: 4 });
  const client = sim.clients(clients, { servers, ...contestant.options });
  const perSecond = utilization * capacityPerSecond;
  const report = await sim.run({ client, perSecond, seconds: 15 });
  const { p99, p999 } = report.between(5_000, 15_000).latencyMs;
  return { p99, "p99.9": p999 };
}

export const uneven70of1 = uneven(0.7, 1, { p99: 49, p999: 74 });
export const uneven70of100 = uneven(0.7, 100, { p99: 58, p999: 112 });
export const uneven90of20 = uneven(0.9, 20, { p99: 64, p999: 101 });
export const uneven90of100 = uneven(0.9, 100, { p99: 91, p999: 158 });
