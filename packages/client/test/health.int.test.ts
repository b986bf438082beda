/**
 * One of three servers is ill: callers notice nothing, it gets next to nothing, and it is back as soon as it is well. The
 * client's clock is moved by hand, so that what each server saw can be counted; the wire, and probes on it, are real.
 */
import { EventEmitter, once } from "node:events";
import {
  type ClientOptions,
  type ClusterEvents,
  Code,
  ConnectError,
  roundRobin,
} from "@thrice/client";
import { Bench, type BenchClient } from "./support/bench.js";
import { spawnServer } from "./support/child-server.js";
import { failureOf } from "./support/notes.js";
import { type Script, type ServedKinds, silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** A handler that the test makes ill and well again. */
function patient(ill: NonNullable<Script["read"]>) {
  const state = { isIll: false };
  const read: NonNullable<Script["read"]> = (request, context) =>
    state.isIll ? ill(request, context) : { text: request.text };
  return { state, script: { read } };
}

const unavailable = () => {
  throw new ConnectError("out of order", Code.Unavailable);
};

/** Listeners that tell what happened, and let a test wait for a probe. */
function listen() {
  const told: string[] = [];
  const probes = new EventEmitter();
  const events: ClusterEvents = {
    onEject: ({ reason }) => told.push(`out: ${reason}`),
    onReturn: ({ reason }) => told.push(`in: ${reason}`),
    onProbe: ({ ok }) => probes.emit(ok ? "good" : "bad"),
  };
  return { told, events, probed: (how: "good" | "bad") => once(probes, how) };
}

/** Calls one after the other, and waits for each. */
async function call({ stub }: BenchClient, count: number): Promise<string[]> {
  const texts: string[] = [];
  for (let i = 0; i < count; i++) texts.push((await stub.read({ text: `${i}` })).text);
  return texts;
}

/** Waits until `count` of the promises have settled. */
function settled(promises: readonly Promise<unknown>[], count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    for (const promise of promises) void promise.then(() => --left === 0 && resolve());
  });
}

/** Two servers that are well, the one of `script`, and a client of all three that has made some calls. */
async function three(script: Script, options: Partial<ClientOptions> = {}) {
  const bad = await bench.serve(script);
  const good = await bench.serveMany(2);
  const url = [bad, ...good].map((server) => server.url);
  const listening = listen();
  const { events } = listening;
  const client = bench.client({ url, loadBalance: roundRobin, events, ...options });
  await call(client, 60);
  return { bad, good, client, ...listening, seen: counter(bad) };
}

/** Tells how many attempts a server has seen since it was last asked. */
function counter(server: ServedKinds): () => number {
  let before = server.attempts();
  return () => {
    const since = server.attempts() - before;
    before += since;
    return since;
  };
}

describe("a server that fails fast", () => {
  test("gets five calls and no more, and no caller sees an error", async () => {
    const { state, script } = patient(unavailable);
    const { client, seen, told } = await three(script);
    state.isIll = true;
    await call(client, 300);
    expect(seen()).toBe(5);
    expect(told).toEqual(["out: 5 failures in a row"]);
  });

  test("is tried by one call when a probe went well, and is back when that one goes well", async () => {
    const { state, script } = patient(unavailable);
    const { client, seen, told, probed } = await three(script);
    state.isIll = true;
    await call(client, 30);
    expect(seen()).toBe(5);
    state.isIll = false;
    await client.clock.advance(250);
    const probe = probed("good");
    await call(client, 1);
    await probe;
    expect(seen()).toBe(0);
    await call(client, 30);
    expect(seen()).toBeGreaterThanOrEqual(9);
    expect(told.at(-1)).toBe("in: the call on trial went well");
  });

  test("that goes on failing gets one call more for each time it is tried", async () => {
    const { state, script } = patient(unavailable);
    const { client, seen, told, probed } = await three(script);
    state.isIll = true;
    await call(client, 30);
    await client.clock.advance(250);
    const probe = probed("good");
    await call(client, 1);
    await probe;
    await call(client, 60);
    expect(seen()).toBe(6);
    expect(told.at(-1)).toBe("out: the call on trial failed");
  });

  test("is no trouble to a client whose options are all by default", async () => {
    const { state, script } = patient(unavailable);
    const { client, bad } = await three(script, { loadBalance: undefined, random: Math.random });
    state.isIll = true;
    const before = bad.attempts();
    await call(client, 300);
    expect(bad.attempts() - before).toBeLessThanOrEqual(5);
  });

  test("goes on getting its share when health is turned off", async () => {
    const { state, script } = patient(unavailable);
    const { client, seen } = await three(script, { health: false, retryBudget: false });
    state.isIll = true;
    await call(client, 30);
    expect(seen()).toBeGreaterThanOrEqual(10);
  });
});

test("a server that hangs is out once attempts have timed out, and no caller sees an error", async () => {
  const { state, script } = patient(silence);
  const { client, bad, seen, told } = await three(script);
  state.isIll = true;
  const before = bad.attempts();
  const calls = Array.from({ length: 30 }, () => call(client, 1));
  await Promise.all([bad.arrival(before + 10), settled(calls, 20)]);
  await client.clock.advance(3_000);
  expect(await Promise.all(calls)).toHaveLength(30);
  expect(told).toEqual(["out: 5 failures in a row"]);
  seen();
  await call(client, 100);
  expect(seen()).toBe(0);
});

test("a server that is killed and started again serves within two probes, and no caller sees an error", async () => {
  const child = await spawnServer();
  bench.closeLater(() => child.kill());
  const good = await bench.serveMany(2);
  const url = [child.url, ...good.map((server) => server.url)];
  const { events, told, probed } = listen();
  const client = bench.client({ url, loadBalance: roundRobin, events });
  expect(await call(client, 60)).toContain("child");
  const underWay = Promise.all(Array.from({ length: 12 }, () => call(client, 1)));
  await child.kill();
  await underWay;
  expect(await call(client, 100)).not.toContain("child");
  expect(told).toEqual(["out: 5 failures in a row"]);

  await client.clock.advance(250);
  const missed = probed("bad");
  await call(client, 1);
  await missed;
  const again = await spawnServer(child.port);
  bench.closeLater(() => again.kill());
  await client.clock.advance(250);
  const reached = probed("good");
  await call(client, 1);
  await reached;
  const texts = await call(client, 30);
  expect(texts.filter((text) => text === "child").length).toBeGreaterThanOrEqual(9);
  expect(told.at(-1)).toBe("in: the call on trial went well");
}, 30_000);

describe("probes", () => {
  test("ask grpc.health.v1 and are answered, whether the server knows it or not", async () => {
    const { state, script } = patient(unavailable);
    const { client, bad, probed } = await three(script);
    state.isIll = true;
    await call(client, 30);
    await client.clock.advance(250);
    const probe = probed("good");
    await call(client, 1);
    await probe;
    expect(bad.logger.records).toEqual([]);
  });

  test("end with the client, also when they are under way", async () => {
    const { state, script } = patient(unavailable);
    const { client, told } = await three(script);
    state.isIll = true;
    await call(client, 30);
    await client.clock.advance(250);
    await call(client, 1);
    await client.client.close();
    expect(await failureOf(client.stub.read({}))).toMatchObject({ code: Code.Unavailable });
    expect(told).toHaveLength(1);
  });
});
