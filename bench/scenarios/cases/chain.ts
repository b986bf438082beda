/** Scenario 14: three services in a row, each of which retries, and the last one fails. */
import { Simulation } from "@thrice/cluster/simulator";
import type { Play, Scenario } from "../scenario.js";

export const chain: Scenario = {
  id: "14",
  name: "three hops, the bottom fails, each makes up to 3 attempts",
  isTuned: true,
  measures: [
    {
      name: "attempts at the bottom for the first call",
      unit: "times",
      goal: { atMost: 3.3 },
      peers: "unbounded 27, Kitex 1.1–3",
    },
    { name: "per call over 20 s of 50 calls/s", unit: "times", goal: { atMost: 1.1 } },
  ],
  run,
};

async function run({ seed, contestant }: Play) {
  const sim = new Simulation({ seed });
  const rules = { retries: 2, ...contestant.options };
  const stopRetryChains = contestant.isOurs;
  const bottom = sim.servers(3, { latency: 2 });
  const toBottom = sim.client({ servers: bottom, ...rules });
  const middle = sim.servers(3, { latency: 2, calls: toBottom, stopRetryChains });
  const toMiddle = sim.client({ servers: middle, ...rules });
  const top = sim.servers(3, { latency: 2, calls: toMiddle, stopRetryChains });
  const client = sim.client({ servers: top, ...rules });
  const arrived = () => bottom.reduce((sum, server) => sum + server.arrived, 0);
  for (const server of bottom) server.fail();
  await Promise.all([client.call(), sim.pass(5_000)]);
  const first = arrived();
  const { total } = await sim.run({ client, perSecond: 50, seconds: 20 });
  return {
    "attempts at the bottom for the first call": first,
    "per call over 20 s of 50 calls/s": (arrived() - first) / total.calls,
  };
}
