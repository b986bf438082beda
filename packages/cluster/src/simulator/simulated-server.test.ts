import { Code } from "@connectrpc/connect";
import type { AttemptResult } from "@thrice/core";
import { failfast } from "../strategy/failfast.js";
import type { ServerOptions } from "./server-options.js";
import type { SimulatedServer } from "./simulated-server.js";
import { Simulation } from "./simulation.js";

/** One server under one client that does not retry; `told` says how each call ended, and when. */
function bench(options: ServerOptions = {}, rules: { attemptTimeoutMs?: number } = {}) {
  const sim = new Simulation();
  const server = sim.server({ latency: 10, ...options });
  const plain = { cluster: failfast, health: false, throttle: false } as const;
  const client = sim.client({ servers: [server], ...plain, ...rules });
  const told: string[] = [];
  const call = (name = "") => {
    const tell = (result: AttemptResult) =>
      told.push(`${[name, describe_(result), Math.round(sim.nowMs * 10) / 10].join(" ").trim()}`);
    client.start({}, tell);
  };
  return { sim, server, call, told };
}

function describe_(result: AttemptResult): string {
  return result.ok ? "ok" : `${result.outcome} ${Code[result.error.code]}`;
}

test("without a bound on workers all requests are served at once", async () => {
  const { sim, call, told } = bench();
  for (const name of ["a", "b", "c"]) call(name);
  await sim.pass(100);
  expect(told).toEqual(["a ok 10", "b ok 10", "c ok 10"]);
});

test("a worker serves one request after the other, and a full queue turns the next one down", async () => {
  const { sim, server, call, told } = bench({ workers: 1, maxQueued: 1 });
  for (const name of ["a", "b", "c"]) call(name);
  await sim.pass(1);
  expect([server.running, server.queued]).toEqual([1, 1]);
  await sim.pass(99);
  expect(told).toEqual(["c answered ResourceExhausted 0.2", "a ok 10", "b ok 20"]);
});

test.each<{ dropsExpired: boolean; end: string }>([
  { dropsExpired: true, end: "late ok 60" },
  { dropsExpired: false, end: "late ok 70" },
])(
  "with dropsExpired $dropsExpired, what waited too long is served: $end",
  async ({ dropsExpired, end }) => {
    const cancel = "is-ignored";
    const { sim, server, call, told } = bench(
      { workers: 1, dropsExpired, cancel },
      { attemptTimeoutMs: 30 },
    );
    server.stall();
    call("early");
    await sim.pass(50);
    server.heal();
    call("late");
    await sim.pass(100);
    expect(told).toEqual(["early attempt-timed-out DeadlineExceeded 30", end]);
  },
);

test.each([
  { cancel: "stops-work", okAt: "b ok 15" },
  { cancel: "leaves-queue", okAt: "b ok 20" },
  { cancel: "is-ignored", okAt: "b ok 20" },
] as const)("a cancel that $cancel lets the next one have: $okAt", async ({ cancel, okAt }) => {
  const { sim, server, call, told } = bench({ workers: 1, cancel }, { attemptTimeoutMs: 16 });
  const abort = new AbortController();
  const client = sim.client({ servers: [server], cluster: failfast });
  client.start({ signal: abort.signal }, () => {});
  await sim.pass(1);
  sim.at(5, () => abort.abort());
  sim.at(5, () => call("b"));
  await sim.pass(99);
  expect(told).toEqual([okAt]);
});

test("a request that leaves the queue does not hold up those behind it", async () => {
  const { sim, server, call, told } = bench({ workers: 1 });
  const abort = new AbortController();
  call("a");
  sim.client({ servers: [server], cluster: failfast }).start({ signal: abort.signal }, () => {});
  call("c");
  sim.at(5, () => abort.abort());
  await sim.pass(100);
  expect(told).toEqual(["a ok 10", "c ok 20"]);
});

test("one that hangs answers nothing, and goes on where it was when it is well again", async () => {
  const { sim, server, call, told } = bench();
  call("a");
  sim.at(5, () => server.hang());
  sim.at(20, () => call("b"));
  sim.at(100, () => server.heal());
  await sim.pass(200);
  expect(told).toEqual(["a ok 100", "b ok 110"]);
});

test("one that is killed loses what it holds, and refuses connections until it is started again", async () => {
  const { sim, server, call, told } = bench();
  call("a");
  sim.at(5, () => server.kill());
  sim.at(20, () => call("b"));
  sim.at(30, () => server.restart());
  sim.at(40, () => call("c"));
  await sim.pass(100);
  expect(told).toEqual([
    "a connection-lost Unavailable 5.2",
    "b connect-failed Unavailable 20.2",
    "c ok 50",
  ]);
  expect(server.arrived).toBe(2);
});

test.each<{ name: string; act: (server: SimulatedServer) => void; end: string }>([
  { name: "slow by a factor", act: (server) => server.slow({ factor: 3 }), end: "ok 30" },
  { name: "slow by a time", act: (server) => server.slow({ extraMs: 500 }), end: "ok 510" },
  {
    name: "cold",
    act: (server) => {
      server.kill();
      server.restart({ warmUpMs: 1_000, coldFactor: 5 });
    },
    end: "ok 50",
  },
  { name: "failing", act: (server) => server.fail(), end: "answered Unavailable 0.2" },
  {
    name: "failing late with a code",
    act: (server) => server.fail({ code: Code.Internal, afterMs: 7 }),
    end: "answered Internal 7",
  },
])("one that is $name ends a call so: $end", async ({ act, end }) => {
  const { sim, server, call, told } = bench();
  act(server);
  call();
  await sim.pass(1_000);
  expect(told).toEqual([end]);
});

test("one that has warmed up is as quick as ever", async () => {
  const { sim, server, call, told } = bench();
  server.restart({ warmUpMs: 1_000, coldFactor: 5 });
  for (const atMs of [500, 1_000]) sim.at(atMs, () => call());
  await sim.pass(2_000);
  expect(told).toEqual(["ok 530", "ok 1010"]);
});

test.each([
  { options: { workers: 0 }, problem: "workers must be a whole number from 1 to 1000000, got 0" },
  { options: { maxQueued: -1 }, problem: "maxQueued must be a whole number from 0" },
  { options: { latency: -5 }, problem: "ms must be a number from 0 to 86400000, got -5" },
  { options: { latencyMs: 5 }, problem: "unknown option 'latencyMs'; did you mean 'latency'?" },
  { options: { cancel: "never" }, problem: "cancel must be one of 'stops-work'" },
])("refuses wrong options: $problem", ({ options, problem }) => {
  expect(() => new Simulation().server(options as ServerOptions)).toThrow(problem);
});

test("refuses faults that make no sense", () => {
  const server = new Simulation().server();
  expect(() => server.fail({ ratio: 0 })).toThrow("ratio must be a number");
  expect(() => server.fail({ code: 99 as Code })).toThrow("code must be one of");
  expect(() => server.slow({ factor: -1 })).toThrow("factor must be a number from 0");
  expect(() => server.restart({ coldFactor: 0.5 })).toThrow("coldFactor must be a number from 1");
});
