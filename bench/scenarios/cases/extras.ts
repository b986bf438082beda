/** Further scenarios of the list: a cold server joins, and discovery fails. */
import { lognormal, Simulation } from "@thrice/cluster/simulator";
import type { Scenario } from "../scenario.js";

export const coldServer: Scenario = {
  id: "extra",
  name: "a fourth server joins, 10 × slower at first, warm after 10 s, 500 calls/s",
  isTuned: true,
  measures: [{ name: "p99 / p99 before", unit: "times", goal: { atMost: 1.2 } }],
  run: async ({ seed, contestant }) => {
    const sim = new Simulation({ seed });
    const servers = sim.servers(4, { latency: lognormal({ medianMs: 5, p99Ms: 20 }) });
    const client = sim.client({ servers: servers.slice(0, 3), ...contestant.options });
    sim.at(20_000, () => {
      servers[3]?.restart({ warmUpMs: 10_000, coldFactor: 10 });
      client.know(servers);
    });
    const report = await sim.run({ client, perSecond: 500, seconds: 40 });
    const before = report.between(0, 20_000).latencyMs.p99;
    return { "p99 / p99 before": report.between(20_000, 30_000).latencyMs.p99 / before };
  },
};

export const discoveryOutage: Scenario = {
  id: "extra",
  name: "discovery knows nothing for 60 s, 200 calls/s",
  isTuned: true,
  measures: [{ name: "errors", unit: "count", goal: { atMost: 0 } }],
  run: async ({ seed, contestant }) => {
    const sim = new Simulation({ seed });
    const servers = sim.servers(3, { latency: 5 });
    const emptyProtection = contestant.isOurs;
    const client = sim.client({ servers, emptyProtection, ...contestant.options });
    sim.at(5_000, () => client.know([]));
    sim.at(65_000, () => client.know(servers));
    const { total } = await sim.run({ client, perSecond: 200, seconds: 70 });
    return { errors: total.failed };
  },
};
