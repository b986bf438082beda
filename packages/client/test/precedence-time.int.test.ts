/** Which level's bounds and pauses are in force, measured on a clock that the test moves. */
import { Code } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { type Levels, openAt } from "./support/levels.js";
import { failureOf } from "./support/notes.js";
import { failing, silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** Also set as a timer, while the connection is opened. */
const connectTimeoutMs = 1_000;

describe("timeouts", () => {
  const ms = (attemptTimeoutMs: number) => ({ attemptTimeoutMs });
  test.each<{ title: string; levels: Levels; boundMs: number }>([
    { title: "unset", levels: {}, boundMs: 3_000 },
    { title: "advertised", levels: { advertised: "?timeout=900" }, boundMs: 900 },
    {
      title: "client over advertised",
      levels: { advertised: "?timeout=900", client: ms(800) },
      boundMs: 800,
    },
    {
      title: "service over client",
      levels: { client: ms(800), service: ms(1_200) },
      boundMs: 1_200,
    },
    { title: "method over service", levels: { service: ms(1_200), method: ms(700) }, boundMs: 700 },
    { title: "call over method", levels: { method: ms(700), call: ms(1_600) }, boundMs: 1_600 },
  ])(
    "of an attempt, $title: ends after $boundMs ms and not before",
    async ({ levels, boundMs }) => {
      const server = await bench.serve({ unary: silence });
      const { call, clock } = openAt(bench, server, levels);
      let settled = false;
      const failure = failureOf(call()).finally(() => {
        settled = true;
      });
      await server.arrival(1);
      await clock.advance(boundMs - 1);
      expect(settled).toBe(false);
      await clock.advance(1);
      expect(await failure).toMatchObject({
        code: Code.DeadlineExceeded,
        message: expect.stringContaining(`attemptTimeoutMs ${boundMs}`),
      });
      expect(clock.pendingTimers).toBe(0);
    },
  );

  const callMs = (timeoutMs: number) => ({ timeoutMs });
  test.each<{ title: string; levels: Levels; boundMs: number }>([
    { title: "client", levels: { client: callMs(800) }, boundMs: 800 },
    {
      title: "service over client",
      levels: { client: callMs(800), service: callMs(1_200) },
      boundMs: 1_200,
    },
    {
      title: "method over service",
      levels: { service: callMs(1_200), method: callMs(700) },
      boundMs: 700,
    },
    {
      title: "call over method",
      levels: { method: callMs(700), call: callMs(1_600) },
      boundMs: 1_600,
    },
  ])("of the call, $title: ends after $boundMs ms and not before", async ({ levels, boundMs }) => {
    const server = await bench.serve({ unary: silence });
    const { call, clock } = openAt(bench, server, levels);
    let settled = false;
    const failure = failureOf(call()).finally(() => {
      settled = true;
    });
    await server.arrival(1);
    await clock.advance(boundMs - 1);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(await failure).toMatchObject({
      code: Code.DeadlineExceeded,
      message: expect.stringContaining(`deadline of ${boundMs} ms`),
    });
  });

  test.each<{ title: string; levels: Levels }>([
    { title: "advertised", levels: { advertised: "?timeout=0" } },
    { title: "client", levels: { client: ms(0) } },
    { title: "service", levels: { client: ms(50), service: ms(0) } },
    { title: "method", levels: { service: ms(50), method: ms(0) } },
    { title: "call", levels: { method: ms(50), call: ms(0) } },
  ])("0 at the level $title lifts the bound of an attempt", async ({ levels }) => {
    const server = await bench.serve({ unary: silence });
    const { call, clock, client } = openAt(bench, server, levels);
    const failure = failureOf(call());
    const { header } = await server.arrival(1);
    expect(header.has("grpc-timeout")).toBe(false);
    expect(clock.pendingTimers).toBe(0);
    await client.close();
    await failure;
  });

  test("0 for the call lifts a bound that a weaker level set", async () => {
    const server = await bench.serve({ unary: silence });
    const { call, clock, client } = openAt(bench, server, {
      client: { timeoutMs: 50, attemptTimeoutMs: 0 },
      call: { timeoutMs: 0 },
    });
    const failure = failureOf(call());
    await server.arrival(1);
    expect(clock.pendingTimers).toBe(0);
    await client.close();
    await failure;
  });

  test("an attempt that timed out is repeated, and the call's bound ends them all", async () => {
    const server = await bench.serve({ unary: silence });
    const { call, clock } = openAt(bench, server, {
      client: { retries: 9, attemptTimeoutMs: 100, timeoutMs: 250 },
    });
    const failure = failureOf(call());
    await server.arrival(1);
    await clock.advance(100);
    await server.arrival(2);
    await clock.advance(100);
    await server.arrival(3);
    await clock.advance(50);
    expect(await failure).toMatchObject({
      code: Code.DeadlineExceeded,
      message: expect.stringContaining("3 attempts"),
    });
  });
});

describe("backoff", () => {
  test.each<{ title: string; levels: Levels; pausesMs: number[] }>([
    { title: "unset", levels: {}, pausesMs: [12.5, 25, 50, 100, 125] },
    {
      title: "base from the client, longest from the call",
      levels: { client: { backoff: { baseMs: 10 } }, call: { backoff: { maxMs: 30 } } },
      pausesMs: [5, 10, 15, 15, 15],
    },
    {
      title: "base of the method over the service's",
      levels: {
        service: { backoff: { baseMs: 10, maxMs: 20 } },
        method: { backoff: { baseMs: 20 } },
      },
      pausesMs: [10, 10, 10, 10, 10],
    },
  ])("$title: pauses drawn at one half last $pausesMs ms", async ({ levels, pausesMs }) => {
    const server = await bench.serve({ unary: failing(() => new Error("no")) });
    const { client = {}, ...nearer } = levels;
    const half = { ...client, retries: 5, attemptTimeoutMs: 0, random: () => 0.5 };
    const { call, clock } = openAt(bench, server, { ...nearer, client: half });
    const pauses: number[] = [];
    clock.setTimer = (delayMs, fire) => {
      if (delayMs === connectTimeoutMs) return () => {};
      pauses.push(delayMs);
      setImmediate(fire);
      return () => {};
    };
    await failureOf(call());
    expect(pauses).toEqual(pausesMs);
  });
});
