import type { ClusterStrategy } from "@thrice/core";
import { roundRobin } from "../load-balance/round-robin.js";
import { failfast } from "../strategy/failfast.js";
import type { ClientOptions } from "./client-options.js";
import { exponential, lognormal } from "./distribution.js";
import type { LoadOptions } from "./load.js";
import { Simulation } from "./simulation.js";

/** Ten seconds of calls, in the middle of which one of three servers hangs. */
async function troubledRun(seed: number) {
  const sim = new Simulation({ seed });
  const servers = sim.servers(3, { latency: exponential(10) });
  const client = sim.client({ servers });
  sim.at(3_000, () => servers[0]?.hang());
  sim.at(6_000, () => servers[0]?.heal());
  return sim.run({ client, perSecond: 200, seconds: 10 });
}

test("the same seed gives the same report, to the last digit", async () => {
  const [one, other] = [await troubledRun(5), await troubledRun(5)];
  expect(JSON.stringify(one)).toBe(JSON.stringify(other));
});

test("another seed gives another report", async () => {
  const [one, other] = [await troubledRun(5), await troubledRun(6)];
  expect(JSON.stringify(one)).not.toBe(JSON.stringify(other));
});

test("calls come at the rate that was asked for, at random or evenly", async () => {
  const counts: number[] = [];
  for (const arrivals of ["constant", "poisson"] as const) {
    const sim = new Simulation();
    const client = sim.client({ servers: sim.servers(2) });
    const report = await sim.run({ client, perSecond: 100, seconds: 20, arrivals });
    counts.push(report.total.calls);
  }
  expect(counts[0]).toBe(2_000);
  expect((counts[1] ?? 0) / 2_000).toBeCloseTo(1, 1);
});

test("a rate may change with time, and several loads run side by side", async () => {
  const sim = new Simulation();
  const servers = sim.servers(2);
  const [one, other] = [sim.client({ servers }), sim.client({ servers })];
  const report = await sim.run([
    { client: one, perSecond: (ms) => (ms < 1_000 ? 10 : 100), seconds: 2, arrivals: "constant" },
    { client: other, perSecond: 50, seconds: 1, fromSeconds: 3, arrivals: "constant" },
  ]);
  expect(report.windows().map(({ calls }) => calls)).toEqual([9, 100, 1, 49, 1]);
});

test("calls are shared out among clients", async () => {
  const sim = new Simulation();
  const client = sim.clients(4, { servers: sim.servers(1) });
  const load: LoadOptions = { client, perSecond: 100, seconds: 1, arrivals: "constant" };
  await sim.run(load);
  expect(client.map(({ recorder }) => recorder.calls.length)).toEqual([25, 25, 25, 25]);
});

test("a second run goes on where the first one ended, and is told of alone", async () => {
  const sim = new Simulation();
  const client = sim.client({ servers: sim.servers(1) });
  const load: LoadOptions = { client, perSecond: 10, seconds: 1, arrivals: "constant" };
  const first = await sim.run(load);
  const second = await sim.run(load);
  expect(second.fromMs).toBe(first.toMs);
  expect([first.total.calls, second.total.calls]).toEqual([10, 10]);
});

test("a client has the defaults of a real one: it fails over, and goes where it is answered well", async () => {
  const sim = new Simulation();
  const servers = sim.servers(3, { latency: lognormal({ medianMs: 5, p99Ms: 20 }) });
  const client = sim.client({ servers });
  sim.at(1_000, () => servers[1]?.fail());
  const report = await sim.run({ client, perSecond: 300, seconds: 5 });
  expect(report.total.failed).toBe(0);
  expect(report.total.loadFactor).toBeLessThan(1.05);
  expect(report.between(1_500, 5_000).share.s1).toBeLessThan(0.01);
});

test("a client looks after the health of servers: round robin sends next to nothing to one that fails", async () => {
  const sim = new Simulation();
  const servers = sim.servers(3);
  const client = sim.client({ servers, loadBalance: roundRobin });
  servers[1]?.fail({ isSeenByProbes: true });
  const { total } = await sim.run({ client, perSecond: 300, seconds: 5 });
  expect(total.failed).toBe(0);
  expect(total.share.s1).toBeLessThan(0.01);
  const { calls, attempts, retries } = client.counters();
  expect(client.counters()).toMatchObject({ failedCalls: 0, hedges: 0, ejections: 1, returns: 0 });
  expect([calls, attempts]).toEqual([total.calls, total.calls + retries]);
  expect(client.healthy).toEqual(["s0", "s2"]);
});

test("policies can be compared: round robin without retries loses a third of the calls", async () => {
  const sim = new Simulation();
  const servers = sim.servers(3);
  const plain = {
    cluster: failfast,
    loadBalance: roundRobin,
    health: false,
    throttle: false,
  } as const;
  servers[0]?.fail();
  const client = sim.client({ servers, ...plain });
  const { total } = await sim.run({ client, perSecond: 300, seconds: 10 });
  expect(total.successRatio).toBeCloseTo(2 / 3, 2);
  expect(total.errors).toEqual({ unavailable: total.failed });
  expect(Object.keys(total.share)).toHaveLength(3);
});

test("a strategy of one's own is run as it is", async () => {
  const sim = new Simulation();
  const servers = sim.servers(3);
  const twice: ClusterStrategy = {
    name: "twice",
    run: async (call) => {
      await call.attempt(call.pick());
      return call.attempt(call.pick({ exclude: call.tried }), { kind: "planned" });
    },
  };
  const client = sim.client({ servers, cluster: twice });
  const { total } = await sim.run({ client, perSecond: 100, seconds: 1 });
  expect(total.loadFactor).toBe(2);
});

test("a chain of hops multiplies retries, unless servers ask their callers to stop", async () => {
  const attempts: number[] = [];
  for (const stopRetryChains of [true, false]) {
    const sim = new Simulation();
    const bottom = sim.server();
    const unbounded: Omit<ClientOptions, "servers"> = {
      retries: 2,
      retryBudget: false,
      throttle: false,
    };
    bottom.fail();
    const lower = sim.client({ servers: [bottom], ...unbounded });
    const middle = sim.server({ calls: lower, stopRetryChains });
    const client = sim.client({ servers: [middle], ...unbounded });
    await sim.run({ client, perSecond: 10, seconds: 2, arrivals: "constant" });
    attempts.push(bottom.arrived / 20);
  }
  expect(attempts).toEqual([3, 9]);
});

test("a hop inherits the deadline of the call that it serves, and its cancel if it heeds one", async () => {
  const sim = new Simulation();
  const bottom = sim.server({ latency: 1_000, cancel: "stops-work" });
  const lower = sim.client({ servers: [bottom] });
  const middle = sim.server({ calls: lower, cancel: "stops-work" });
  const client = sim.client({ servers: [middle], timeoutMs: 50 });
  const end = client.call();
  await sim.pass(49);
  expect(bottom.running).toBe(1);
  await sim.pass(10);
  expect(bottom.running).toBe(0);
  await expect(end).resolves.toMatchObject({ ok: false, outcome: "deadline-passed" });
});

test("a client can be told of other servers", async () => {
  const sim = new Simulation();
  const [one, other] = sim.servers(2);
  const known = one === undefined ? [] : [one];
  const client = sim.client({ servers: known });
  sim.at(500, () => client.know(other === undefined ? [] : [other]));
  const report = await sim.run({ client, perSecond: 100, seconds: 1, arrivals: "constant" });
  expect(report.between(0, 500).share).toEqual({ s0: 1 });
  expect(report.between(500, 1_500).share).toEqual({ s1: 1 });
});

test("calls that never end are unfinished", async () => {
  const sim = new Simulation();
  const server = sim.server();
  server.hang();
  const client = sim.client({ servers: [server], attemptTimeoutMs: 0 });
  const { total } = await sim.run({ client, perSecond: 10, seconds: 1, arrivals: "constant" });
  expect(total).toMatchObject({ calls: 10, unfinished: 10, successRatio: 0 });
});

test("what an action throws fails the run", async () => {
  const sim = new Simulation();
  const client = sim.client({ servers: sim.servers(1) });
  sim.at(100, () => {
    throw new Error("no such server");
  });
  await expect(sim.run({ client, perSecond: 10, seconds: 1 })).rejects.toThrow("no such server");
});

test("refuses what makes no sense", async () => {
  const sim = new Simulation();
  const servers = sim.servers(1);
  const client = sim.client({ servers });
  expect(() => new Simulation({ seed: 0.5 })).toThrow("seed must be a whole number");
  expect(() => sim.client({ servers, retries: -1 })).toThrow("retries must be a whole number");
  expect(() => sim.client({ servers, retry: 1 } as never)).toThrow("unknown option 'retry'");
  expect(() => sim.client({} as never)).toThrow("servers must be a list of servers");
  expect(() => sim.at(-1, () => {})).toThrow("atMs must be a number from 0");
  expect(() => sim.clients(0, { servers })).toThrow("count must be a whole number from 1");
  await expect(sim.run({ client, perSecond: 0, seconds: 1 })).rejects.toThrow("perSecond must be");
  await expect(sim.run({ client: [], perSecond: 1, seconds: 1 })).rejects.toThrow(
    "client must name at least 1",
  );
});
