/** Scenario 6: one server is far slower than the others. */
import { lognormal, Simulation } from "@thrice/cluster/simulator";
import type { Play, Scenario } from "../scenario.js";

const fromMs = 15_000;

export const slowOfThree: Scenario = {
  id: "6",
  name: "1 of 3 takes 500 ms more for 30 s, 300 calls/s",
  isTuned: true,
  measures: [
    { name: "p99 / healthy p99", unit: "times", goal: { atMost: 2 }, peers: "grpc-js 504 ms" },
    { name: "success", unit: "share", goal: { atLeast: 0.999 } },
    { name: "load", unit: "times", goal: { atMost: 1.1 } },
  ],
  run: async ({ seed, contestant }: Play) => {
    const sim = new Simulation({ seed });
    const servers = sim.servers(3, { latency: lognormal({ medianMs: 5, p99Ms: 20 }) });
    const client = sim.client({ servers, timeoutMs: 1_000, ...contestant.options });
    sim.at(fromMs, () => servers[0]?.slow({ extraMs: 500 }));
    sim.at(fromMs + 30_000, () => servers[0]?.heal());
    const report = await sim.run({ client, perSecond: 300, seconds: 60 });
    const healthy = report.between(0, fromMs);
    const slow = report.between(fromMs, fromMs + 30_000);
    return {
      "p99 / healthy p99": slow.latencyMs.p99 / healthy.latencyMs.p99,
      success: slow.successRatio,
      load: slow.loadFactor,
    };
  },
};

/** @see https://linkerd.io/2016/03/16/beyond-round-robin-load-balancing-for-latency/ */
export const slowOfEleven: Scenario = {
  id: "6",
  name: "1 of 11 takes 2 s for 30 of 65 s, median 167 ms, 1 000 calls/s, deadline 1 s",
  isTuned: true,
  measures: [
    {
      name: "success",
      unit: "share",
      goal: { atLeast: 0.999 },
      peers: "Linkerd: round robin 95 %, least loaded 99 %, EWMA 99.9 %",
    },
  ],
  run: async ({ seed, contestant }: Play) => {
    const sim = new Simulation({ seed });
    const servers = sim.servers(11, { latency: lognormal({ medianMs: 167, p99Ms: 500 }) });
    const client = sim.client({ servers, timeoutMs: 1_000, ...contestant.options });
    sim.at(fromMs, () => servers[0]?.slow({ factor: 0, extraMs: 2_000 }));
    sim.at(fromMs + 30_000, () => servers[0]?.heal());
    const { total } = await sim.run({ client, perSecond: 1_000, seconds: 65 });
    return { success: total.successRatio };
  },
};
