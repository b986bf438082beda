import { Code } from "@connectrpc/connect";
import { CallBench, listenersOf, nothingLeft, strategy } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, openStream, silence } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const method = methods.serverStream;

describe("an answered stream", () => {
  test("settles the call, and holds the deadline and the signal until it is finished", async () => {
    const { signal } = new AbortController();
    const call = bench.start({ method, signal, script: [openStream()], timeoutMs: 100 });
    await call.clock.advance(10);
    expect(call.ended()?.result).toMatchObject({ ok: true, answer: { kind: "stream" } });
    expect([call.clock.pendingTimers, listenersOf(signal), call.wire.open]).toEqual([1, 1, [0]]);
    call.wire.finish(0);
    await call.clock.advance(0);
    expect([call.clock.pendingTimers, listenersOf(signal), call.wire.open]).toEqual([0, 0, []]);
    expect(call.wire.cancels).toEqual([]);
  });

  test("tells by finished when the call holds nothing any more", async () => {
    const call = bench.start({ method, script: [openStream()] });
    let finished = false;
    const { finished: whenFinished } = await call.end;
    const watching = whenFinished.then(() => {
      finished = true;
    });
    await call.clock.advance(10);
    expect(finished).toBe(false);
    call.wire.finish(0);
    await watching;
    expect(finished).toBe(true);
  });

  test("is stopped by the deadline of the call", async () => {
    const call = bench.start({ method, script: [openStream({ afterMs: 10 })], timeoutMs: 100 });
    await call.clock.advance(99);
    expect(call.wire.open).toEqual([0]);
    await call.clock.advance(1);
    expect(call.wire.cancels).toMatchObject([
      { attempt: 0, atMs: 100, error: { code: Code.DeadlineExceeded } },
    ]);
    expect(call.ended()?.endedAtMs).toBe(10);
  });

  test("is stopped by the caller's signal", async () => {
    const controller = new AbortController();
    const call = bench.start({ method, signal: controller.signal, script: [openStream()] });
    await call.clock.advance(50);
    controller.abort("seen enough");
    expect(call.wire.cancels).toMatchObject([
      { attempt: 0, atMs: 50, error: { code: Code.Canceled, cause: "seen enough" } },
    ]);
    expect((await call.end).attempts).toMatchObject([{ outcome: "answered", code: "ok" }]);
  });

  test("is not bound by the attempt's timeout, which its first message has met", async () => {
    const script = [openStream({ afterMs: 20 })];
    const call = bench.start({ method, script, attemptTimeoutMs: 30 });
    await call.clock.advance(1_000);
    expect(call.wire.cancels).toEqual([]);
    expect(call.clock.pendingTimers).toBe(0);
    call.wire.finish(0);
  });

  test("waits no longer than the attempt's timeout for its first message", async () => {
    const call = bench.start({
      method,
      script: [silence, openStream()],
      attemptTimeoutMs: 30,
    });
    await call.clock.advance(30);
    expect(call.ended()?.result).toMatchObject({ ok: true, endpoint: { id: "b" } });
    expect(call.wire.open).toEqual([1]);
    call.wire.finish(1);
  });

  test("goes on while the losers of its call are stopped", async () => {
    const race = strategy((call) => Promise.race(call.endpoints.map((one) => call.attempt(one))));
    const script = [openStream({ afterMs: 20 }), openStream({ afterMs: 10 }), silence];
    const call = bench.start({ method, script, strategy: race });
    await call.clock.advance(10);
    expect(call.ended()?.result).toMatchObject({ ok: true, endpoint: { id: "b" } });
    expect(call.wire.cancels.map(({ attempt }) => attempt)).toEqual([0, 2]);
    expect(call.wire.open).toEqual([1]);
    call.wire.finish(1);
  });

  test("is stopped when it is not what the strategy answers with", async () => {
    const second = strategy(async (call) => {
      await call.attempt(call.pick());
      return call.attempt(call.pick());
    });
    const { wire, result } = await bench.play({
      strategy: second,
      script: [openStream(), answer("2")],
    });
    expect(result).toMatchObject({ ok: true, answer: { message: { greeting: "2" } } });
    expect(wire.cancels).toMatchObject([{ attempt: 0, error: { code: Code.Canceled } }]);
  });
});

describe("whyNotReplayable", () => {
  test("is not asked for the first attempt", async () => {
    const script = [answer()];
    const whyNotReplayable = () => "the buffer is full";
    expect((await bench.play({ script, whyNotReplayable })).result.ok).toBe(true);
  });

  test("is asked before each further attempt, and stops it", async () => {
    const answers = [undefined, "the buffer is full"];
    const { wire, result, attempts } = await bench.play({
      method,
      script: [failure(), failure()],
      policy: { retries: 9 },
      whyNotReplayable: () => answers.shift(),
    });
    expect(result.ok).toBe(false);
    expect(wire.asked).toEqual(["a", "b"]);
    expect(attempts).toHaveLength(2);
  });

  test("tells a strategy why, as a local rejection", async () => {
    const twice = strategy(async (call) => {
      await call.attempt(call.pick());
      return call.attempt(call.pick());
    });
    const whyNotReplayable = () => "the buffer is full";
    const { result } = await bench.play({ strategy: twice, script: [failure()], whyNotReplayable });
    expect(result).toMatchObject({
      outcome: "rejected",
      endpoint: { id: "a" },
      error: { code: Code.Unavailable, rawMessage: "the buffer is full (1 attempt: a once)" },
    });
  });
});

test.each([
  { name: "serverStream", toldMs: 5_000 },
  { name: "unary", toldMs: 100 },
] as const)(
  "the peer of $name is told $toldMs ms when an attempt has 100 of 5000",
  async ({ name, toldMs }) => {
    const { wire } = await bench.play({
      method: methods[name],
      script: [answer()],
      timeoutMs: 5_000,
      attemptTimeoutMs: 100,
    });
    expect(wire.requests).toMatchObject([{ timeoutMs: toldMs }]);
  },
);
