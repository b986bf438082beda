import { failfast } from "../strategy/failfast.js";
import { Simulation } from "./simulation.js";

/** 100 calls per second, one every 10 ms; the one server fails from second 1 to second 2. */
async function outage() {
  const sim = new Simulation();
  const server = sim.server({ latency: 5 });
  const plain = { cluster: failfast, health: false, throttle: false } as const;
  const client = sim.client({ servers: [server], ...plain });
  sim.at(995, () => server.fail());
  sim.at(1_995, () => server.heal());
  const load = { client, perSecond: 100, seconds: 4, arrivals: "constant" } as const;
  return { report: await sim.run(load), server };
}

test("it tells of the whole, and of any stretch of it", async () => {
  const { report } = await outage();
  expect(report.total).toMatchObject({ calls: 400, succeeded: 300, failed: 100, loadFactor: 1 });
  expect(report.total.errors).toEqual({ unavailable: 100 });
  expect(report.between(0, 995)).toMatchObject({ calls: 99, successRatio: 1 });
  expect(report.between(995, 1_995)).toMatchObject({ calls: 100, successRatio: 0 });
  expect(report.windows(2_000).map(({ succeeded }) => succeeded)).toEqual([99, 200, 1]);
});

test("it tells when calls went well again, and stayed so", async () => {
  const { report } = await outage();
  expect(report.recoveryMs(0)).toBe(2_000);
  expect(report.recoveryMs(1_995)).toBe(0);
  expect(report.recoveryMs(995, { windowMs: 10 })).toBe(1_000);
  expect(report.recoveryMs(0, { untilMs: 1_500 })).toBeUndefined();
  expect(report.recoveryMs(0, { untilMs: 900 })).toBe(0);
});

test("it tells when a server answered again", async () => {
  const { report, server } = await outage();
  expect(report.firstAnswerMs(server, 1_000)).toBeCloseTo(1_005);
  expect(report.firstAnswerMs(server, 9_000)).toBeUndefined();
  expect(report.attemptsAt(server)).toHaveLength(400);
});

test("latencies are of all calls, failed ones too", async () => {
  const { report } = await outage();
  const { latencyMs } = report.total;
  expect(latencyMs.p50).toBeCloseTo(5);
  expect(latencyMs.max).toBeCloseTo(5);
  expect(report.between(1_000, 1_900).latencyMs.p99).toBeCloseTo(0.2);
  expect(report.between(9_000, 9_001).latencyMs.p99).toBeNaN();
});
