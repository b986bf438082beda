import { Code } from "@connectrpc/connect";
import { FakeClock, memoryLogger } from "@thrice/core/testing";
import { CallsUnderWay } from "../call/calls-under-way.js";
import { cancelError } from "../call/end-errors.js";
import { CallBench, ChangingDirectory, nothingLeft } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";
import { failback } from "./failback.js";
import type { FailbackEvent } from "./failback-event.js";
import type { FailbackOptions } from "./failback-options.js";

const bench = new CallBench();
const logger = memoryLogger();
let events: string[] = [];
beforeEach(() => {
  events = [];
  logger.records.splice(0);
});
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const onEvent = (event: FailbackEvent) => {
  const { kind } = event;
  if (kind === "dropped") events.push(`dropped: ${event.reason}`);
  else events.push(kind === "queued" ? kind : `${kind} ${event.retry}`);
};
const create = (options: FailbackOptions = {}) => failback({ logger, onEvent, ...options });

describe("failback", () => {
  test("answers with its one success", async () => {
    const { result } = await bench.play({ strategy: create(), script: [answer("hi")] });
    expect(result).toMatchObject({ ok: true, answer: { message: { greeting: "hi" } } });
    expect(events).toEqual([]);
  });

  test("answers at once when the first attempt fails, and repeats it until it succeeds", async () => {
    const strategy = create();
    const script = [failure(), failure(), answer()];
    const call = bench.start({ strategy, script, random: () => 1 });
    await call.clock.advance(0);
    expect(call.ended()?.result).toMatchObject({ ok: true, answer: { message: { greeting: "" } } });
    expect(strategy.queued).toBe(1);
    await call.clock.advance(60_000);
    expect(call.wire.requests.map(({ atMs }) => atMs)).toEqual([0, 1_000, 3_000]);
    expect(events).toEqual(["queued", "failed 1", "recovered 2"]);
    expect(strategy.queued).toBe(0);
  });

  test("goes to another endpoint than the one that failed", async () => {
    const { wire } = await bench.play({
      strategy: create(),
      script: [failure(), failure(), answer()],
      names: ["a", "b"],
    });
    expect(wire.asked).toEqual(["a", "b", "a"]);
  });

  test("gives up when the retries are spent", async () => {
    const script = Array.from({ length: 3 }, () => failure());
    const { wire } = await bench.play({ strategy: create({ retries: 2 }), script });
    expect(wire.asked).toHaveLength(3);
    expect(events).toEqual(["queued", "failed 1", "failed 2", "dropped: retries-spent"]);
  });

  test.each([
    { random: 0, ms: [0, 100, 300, 600, 900] },
    { random: 0.5, ms: [0, 150, 450, 900, 1_350] },
  ])("pauses for half a bound at least, which doubles: draw $random", async ({ random, ms }) => {
    const script = Array.from({ length: 5 }, () => failure());
    const strategy = create({ retries: 4, baseMs: 200, maxMs: 600 });
    const { wire } = await bench.play({ strategy, script, random: () => random });
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual(ms);
  });

  test("waits as long as the server says", async () => {
    const script = [failure({ pushback: { kind: "after", delayMs: 7_000 } }), answer()];
    const { wire } = await bench.play({ strategy: create(), script });
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 7_000]);
  });

  test.each([
    { name: "the caller's fault", init: { code: Code.InvalidArgument } },
    { name: "an answer too large", init: { outcome: "rejected" } },
    { name: "a server that says stop", init: { pushback: { kind: "stop" } } },
  ] as const)("answers, but does not repeat $name", async ({ init }) => {
    const { result } = await bench.play({ strategy: create(), script: [failure(init)] });
    expect(result.ok).toBe(true);
    expect(events).toEqual(["dropped: not-retryable"]);
  });

  test("waits for an endpoint when there is none", async () => {
    const directory = new ChangingDirectory([]);
    const call = bench.start({ strategy: create(), directory, script: [answer()] });
    await call.clock.advance(100);
    expect(call.ended()?.result.ok).toBe(true);
    directory.names = ["a"];
    await call.clock.advance(60_000);
    expect(events).toEqual(["queued", "recovered 1"]);
  });

  test("charges the budget nothing", async () => {
    const budget = { hasBudget: () => false, take: () => false, noteSuccess: () => {} };
    const script = [failure(), failure(), answer()];
    await bench.play({ strategy: create(), script, budget });
    expect(events.at(-1)).toBe("recovered 2");
  });
});

describe("failback, queue", () => {
  test("takes on no more than maxQueued calls at a time", async () => {
    const strategy = create({ maxQueued: 1 });
    const clock = new FakeClock();
    const script = [failure(), answer()];
    const one = bench.start({ strategy, clock, script });
    const other = bench.start({ strategy, clock, script: [failure()] });
    await clock.advance(0);
    expect(other.ended()?.result.ok).toBe(true);
    expect(events).toEqual(["queued", "dropped: queue-full"]);
    await clock.advance(10_000);
    expect(one.wire.asked).toHaveLength(2);
    const third = bench.start({ strategy, clock, script });
    await clock.advance(10_000);
    expect(third.wire.asked).toHaveLength(2);
  });

  test("on stop tries each once more at once, and drops what fails again", async () => {
    const strategy = create();
    const clock = new FakeClock();
    const one = bench.start({ strategy, clock, script: [failure(), answer("", { afterMs: 5 })] });
    const other = bench.start({ strategy, clock, script: [failure(), failure()] });
    await clock.advance(10);
    let isStopped = false;
    const stopped = strategy.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(4);
    expect(isStopped).toBe(false);
    await clock.advance(1);
    await stopped;
    expect(events).toEqual(["queued", "queued", "dropped: stopped", "recovered 1"]);
    expect([one, other].map(({ wire }) => wire.requests[1]?.atMs)).toEqual([10, 10]);
    expect(strategy.queued).toBe(0);
  });

  test("takes on nothing after that, and stops twice without harm", async () => {
    const strategy = create();
    await strategy.stop();
    await strategy.stop();
    const { result } = await bench.play({ strategy, script: [failure()] });
    expect(result.ok).toBe(true);
    expect(events).toEqual(["dropped: stopped"]);
  });

  test.each([
    { name: "while it waits", script: [failure()], atMs: 10 },
    { name: "while it tries", script: [failure(), silence], atMs: 5_000 },
  ])("drops a call when the client closes $name", async ({ script, atMs }) => {
    const strategy = create();
    const underWay = new CallsUnderWay();
    const call = bench.start({ strategy, underWay, script });
    await call.clock.advance(atMs);
    underWay.endAll("rejected", cancelError("closed"));
    await strategy.stop();
    expect(events).toEqual(["queued", "dropped: client-closed"]);
    expect(underWay.isEmpty).toBe(true);
  });
});

describe("failback, ends", () => {
  test("repeats no call that its caller cancelled, or that took too long", async () => {
    const controller = new AbortController();
    const call = bench.start({ strategy: create(), script: [silence], signal: controller.signal });
    await call.clock.advance(5);
    controller.abort();
    await call.clock.advance(60_000);
    expect(call.ended()?.result).toMatchObject({ outcome: "cancelled" });
    const late = await bench.play({ strategy: create(), script: [silence], timeoutMs: 20 });
    expect(late.result).toMatchObject({ outcome: "deadline-passed" });
    expect(events).toEqual([]);
  });

  test.each([methods.serverStream, methods.clientStream, methods.bidi])(
    "refuses a stream: $name",
    async (method) => {
      const { result, wire } = await bench.play({ strategy: create(), method });
      const rawMessage = expect.stringContaining("failback serves unary calls");
      expect(result).toMatchObject({ error: { code: Code.Unimplemented, rawMessage } });
      expect(wire.asked).toEqual([]);
    },
  );

  test("survives callbacks that throw", async () => {
    const strategy = create({
      onEvent: () => {
        throw new Error("boom");
      },
    });
    const { result, wire } = await bench.play({ strategy, script: [failure(), answer()] });
    expect(result.ok).toBe(true);
    expect(wire.asked).toHaveLength(2);
  });

  test("logs what it takes on, brings home, and gives up", async () => {
    await bench.play({ strategy: create(), script: [failure(), answer()] });
    await bench.play({ strategy: create({ retries: 1 }), script: [failure(), failure()] });
    expect(logger.records).toEqual([
      {
        level: "warn",
        message:
          "[greet.GreetService/Greet] failed and is repeated later: [[unavailable] out of order]",
      },
      {
        level: "info",
        message: "[greet.GreetService/Greet] succeeded in the background, retry [1]",
      },
      { level: "warn", message: expect.stringContaining("is repeated later") },
      {
        level: "error",
        message: expect.stringContaining("is given up, [retries-spent]: [[unavailable]"),
      },
    ]);
  });

  test.each([
    { options: { retries: 0 }, text: "retries must be a whole number from 1 to 1000, got 0" },
    {
      options: { maxQueued: -1 },
      text: "maxQueued must be a whole number from 0 to 1000000, got -1",
    },
    {
      options: { baseMs: 500, maxMs: 100 },
      text: "baseMs must be a number from 1 to 100, got 500",
    },
    { options: { onEvent: 1 as never }, text: "onEvent must be a function, got 1" },
  ])("refuses $options", ({ options, text }) => {
    expect(() => create(options)).toThrow(text);
  });
});
