/**
 * Scenarios that no policy was tuned on: other numbers of servers, other mixes of faults, other loads. Their goals were set before they
 * were first played, and neither they nor the policies were changed for what came out.
 */
import { hedged } from "@thrice/cluster";
import {
  exponential,
  lognormal,
  Simulation,
  uniform,
  withStragglers,
} from "@thrice/cluster/simulator";
import type { Scenario } from "../scenario.js";

/** Two different faults at once, on servers with little room. */
export const hangAndSlow: Scenario = {
  id: "u1",
  name: "7 servers of 6 workers, 900 calls/s: 1 hangs and 1 is 300 ms slower for 15 s, deadline 2 s, `hedged()`",
  isTuned: false,
  measures: [
    { name: "errors", unit: "count", goal: { atMost: 0 } },
    { name: "p99 / healthy p99", unit: "times", goal: { atMost: 2 } },
    { name: "load", unit: "times", goal: { atMost: 1.1 } },
  ],
  run: async ({ seed, contestant }) => {
    const sim = new Simulation({ seed });
    const servers = sim.servers(7, { latency: exponential(20), workers: 6 });
    const options = contestant.isOurs ? { cluster: hedged() } : contestant.options;
    const client = sim.client({ servers, timeoutMs: 2_000, ...options });
    sim.at(15_000, () => servers[2]?.hang());
    sim.at(15_000, () => servers[5]?.slow({ extraMs: 300 }));
    sim.at(30_000, () => {
      for (const server of servers) server.heal();
    });
    const report = await sim.run({ client, perSecond: 900, seconds: 40 });
    const bad = report.between(15_000, 30_000);
    return {
      errors: report.total.failed,
      "p99 / healthy p99": bad.latencyMs.p99 / report.between(5_000, 15_000).latencyMs.p99,
      load: bad.loadFactor,
    };
  },
};

/** The smallest cluster, under many small clients. */
export const halfBroken: Scenario = {
  id: "u2",
  name: "1 of 2 fails 40 % of its requests for 30 s, 100 calls/s from 20 clients",
  isTuned: false,
  measures: [
    { name: "success", unit: "share", goal: { atLeast: 0.999 } },
    { name: "load", unit: "times", goal: { atMost: 1.12 } },
  ],
  run: async ({ seed, contestant }) => {
    const sim = new Simulation({ seed });
    const servers = sim.servers(2, { latency: lognormal({ medianMs: 12, p99Ms: 60 }) });
    const client = sim.clients(20, { servers, ...contestant.options });
    sim.at(10_000, () => servers[1]?.fail({ ratio: 0.4 }));
    sim.at(40_000, () => servers[1]?.heal());
    const report = await sim.run({ client, perSecond: 100, seconds: 50 });
    const bad = report.between(10_000, 40_000);
    return { success: bad.successRatio, load: bad.loadFactor };
  },
};

/** A deployment that goes wrong. */
export const rollingKills: Scenario = {
  id: "u3",
  name: "24 servers killed one after the other, 2 s each, one of them 8 × slower all the time, 1 500 calls/s from 10 clients",
  isTuned: false,
  measures: [
    { name: "errors", unit: "count", goal: { atMost: 0 } },
    { name: "load", unit: "times", goal: { atMost: 1.05 } },
    { name: "p99 / healthy p99", unit: "times", goal: { atMost: 2 } },
  ],
  run: async ({ seed, contestant }) => {
    const sim = new Simulation({ seed });
    const servers = sim.servers(24, {
      latency: lognormal({ medianMs: 8, p99Ms: 50 }),
      workers: 16,
    });
    const client = sim.clients(10, { servers, ...contestant.options });
    sim.at(10_000, () => servers[23]?.slow({ factor: 8 }));
    for (const [at, server] of servers.slice(0, 12).entries()) {
      sim.at(12_000 + at * 2_000, () => server.kill());
      sim.at(14_000 + at * 2_000, () => server.restart());
    }
    const report = await sim.run({ client, perSecond: 1_500, seconds: 40 });
    const bad = report.between(12_000, 36_000);
    return {
      errors: report.total.failed,
      load: bad.loadFactor,
      "p99 / healthy p99": bad.latencyMs.p99 / report.between(0, 10_000).latencyMs.p99,
    };
  },
};

/** Too much for a while, on a service with bounded queues. */
export const burst: Scenario = {
  id: "u4",
  name: "5 servers of 400/s with queues of 40, 1.4 × their capacity for 10 s, then 70 %, 30 clients",
  isTuned: false,
  measures: [
    { name: "until 95 % succeed again", unit: "ms", goal: { atMost: 2_000 } },
    { name: "calls served in the burst, of capacity", unit: "share", goal: { atLeast: 0.9 } },
    { name: "load in the burst", unit: "times", goal: { atMost: 1.25 } },
  ],
  run: async ({ seed, contestant }) => {
    const sim = new Simulation({ seed });
    const servers = sim.servers(5, { latency: exponential(10), workers: 4, maxQueued: 40 });
    const client = sim.clients(30, { servers, timeoutMs: 1_000, ...contestant.options });
    const perSecond = (ms: number) => 2_000 * (ms >= 10_000 && ms < 20_000 ? 1.4 : 0.7);
    const report = await sim.run({ client, perSecond, seconds: 35 });
    const heavy = report.between(10_000, 20_000);
    return {
      "until 95 % succeed again":
        report.recoveryMs(20_000, { untilMs: 35_000 }) ?? Number.POSITIVE_INFINITY,
      "calls served in the burst, of capacity": heavy.succeeded / 20_000,
      "load in the burst": heavy.loadFactor,
    };
  },
};

/** Two servers come and go, others straggle. */
export const flapping: Scenario = {
  id: "u5",
  name: "2 of 5 flap, 1.5 s down and 1.5 s up, 2 % stragglers, 400 calls/s, deadline 3 s, `hedged()`",
  isTuned: false,
  measures: [
    { name: "errors", unit: "count", goal: { atMost: 0 } },
    { name: "p99.9", unit: "ms", goal: { atMost: 200 } },
    { name: "load", unit: "times", goal: { atMost: 1.1 } },
  ],
  run: async ({ seed, contestant }) => {
    const sim = new Simulation({ seed });
    const usual = lognormal({ medianMs: 6, p99Ms: 30 });
    const latency = withStragglers(usual, { ratio: 0.02, take: uniform(300, 800) });
    const servers = sim.servers(5, { latency });
    const options = contestant.isOurs ? { cluster: hedged() } : contestant.options;
    const client = sim.client({ servers, timeoutMs: 3_000, ...options });
    for (let atMs = 10_000; atMs < 40_000; atMs += 3_000) {
      sim.at(atMs, () => servers[0]?.kill());
      sim.at(atMs + 1_500, () => servers[0]?.restart());
      sim.at(atMs + 700, () => servers[3]?.kill());
      sim.at(atMs + 2_200, () => servers[3]?.restart());
    }
    const report = await sim.run({ client, perSecond: 400, seconds: 45 });
    const bad = report.between(10_000, 42_000);
    return { errors: report.total.failed, "p99.9": bad.latencyMs.p999, load: bad.loadFactor };
  },
};
