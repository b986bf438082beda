import { Code, ConnectError } from "@connectrpc/connect";
import { CallBench, listenersOf, nothingLeft, strategy } from "../testing/call-bench.js";
import { answer, failure, openStream, silence } from "../testing/scripted-wire.js";
import { CallsUnderWay } from "./calls-under-way.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const cancelled = { ok: false, outcome: "cancelled", error: { code: Code.Canceled } };

describe("the caller's signal", () => {
  test("that is aborted already lets nothing start", async () => {
    const reason = new Error("changed my mind");
    const signal = AbortSignal.abort(reason);
    const { result, attempts, wire, endedAtMs } = await bench.play({ signal, script: [answer()] });
    expect(result).toMatchObject({ ...cancelled, endpoint: undefined, error: { cause: reason } });
    expect(result).toMatchObject({ error: { rawMessage: "the caller cancelled the call" } });
    expect(attempts).toEqual([]);
    expect(wire.requests).toEqual([]);
    expect(endedAtMs).toBe(0);
  });

  test("stops an attempt under way", async () => {
    const controller = new AbortController();
    const { clock, end, wire } = bench.start({ signal: controller.signal, script: [silence] });
    await clock.advance(10);
    controller.abort("enough");
    const { result, attempts, endedAtMs } = await end;
    expect(result).toMatchObject({
      ...cancelled,
      endpoint: { id: "a" },
      error: { cause: "enough" },
    });
    expect(result).toMatchObject({
      error: { rawMessage: "the caller cancelled the call (1 attempt: a once)" },
    });
    expect(attempts).toEqual([
      { endpoint: "a", outcome: "cancelled", code: "canceled", durationMs: 10 },
    ]);
    expect(wire.cancels).toMatchObject([{ attempt: 0, error: { code: Code.Canceled }, atMs: 10 }]);
    expect(endedAtMs).toBe(10);
  });

  test("ends a pause, and no further attempt starts", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const call = bench.start({ signal, script: [failure()], names: ["a"] });
    await call.clock.advance(5);
    expect(call.clock.pendingTimers).toBe(1);
    controller.abort();
    const { result, attempts, endedAtMs } = await call.end;
    expect(result).toMatchObject({ ...cancelled, endpoint: { id: "a" } });
    expect(attempts).toMatchObject([{ outcome: "answered", code: "unavailable" }]);
    expect(call.wire.requests).toHaveLength(1);
    expect(endedAtMs).toBe(5);
  });

  test("changes nothing once the call has settled", async () => {
    const controller = new AbortController();
    const { result, attempts, wire } = await bench.play({
      signal: controller.signal,
      script: [answer()],
    });
    controller.abort();
    expect(result.ok).toBe(true);
    expect(attempts).toMatchObject([{ outcome: "answered", code: "ok" }]);
    expect(wire.cancels).toEqual([]);
  });

  test("is let go of when the call has settled, and held until then", async () => {
    const { signal } = new AbortController();
    const call = bench.start({ signal, script: [answer("late", { afterMs: 10 })] });
    await call.clock.advance(9);
    expect(listenersOf(signal)).toBe(1);
    await call.clock.advance(1);
    expect(listenersOf(signal)).toBe(0);
  });

  test("is let go of after a failure, a deadline, and a throw alike", async () => {
    const { signal } = new AbortController();
    await bench.play({ signal, script: [failure({ code: Code.NotFound })] });
    await bench.play({ signal, script: [silence], timeoutMs: 5 });
    await bench.play({ signal, strategy: strategy(() => Promise.reject(new Error("no"))) });
    expect(listenersOf(signal)).toBe(0);
  });

  test("counts before the deadline that passes later", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { clock, end } = bench.start({ signal, script: [silence], timeoutMs: 20 });
    await clock.advance(19);
    controller.abort();
    await clock.advance(5);
    expect((await end).result).toMatchObject(cancelled);
  });

  test("stays the reason when the deadline passes while a cancelled attempt lingers", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const told: string[] = [];
    const stubborn = strategy(async (call) => {
      await call.attempt(call.pick());
      await new Promise<void>((wake) => call.clock.setTimer(60, wake));
      const result = await call.attempt(call.pick());
      told.push("outcome" in result ? result.outcome : "ok");
      return result;
    });
    const script = [answer("late", { afterMs: 90, ignoresCancel: true })];
    const call = bench.start({ signal, strategy: stubborn, script, timeoutMs: 20 });
    await call.clock.advance(10);
    controller.abort();
    await call.clock.advance(90);
    expect(told).toEqual(["cancelled"]);
    expect((await call.end).result).toMatchObject(cancelled);
  });

  test("comes too late when the deadline has passed", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { clock, end } = bench.start({ signal, script: [silence], timeoutMs: 20 });
    await clock.advance(20);
    controller.abort();
    expect((await end).result).toMatchObject({ outcome: "deadline-passed" });
  });

  test.each([
    { name: "silence", script: silence },
    { name: "an answer of the same tick", script: answer() },
    { name: "a stream of the same tick", script: openStream() },
  ])("stops an attempt during whose start it was aborted, before $name", async ({ script }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const aborting = { ...script, onStart: () => controller.abort() };
    const { result, wire } = await bench.play({ signal, script: [aborting] });
    expect(result).toMatchObject(cancelled);
    expect(wire.open).toEqual([]);
  });

  test("stops every attempt of a strategy that started several", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const both = strategy(async (call) => {
      const [first] = await Promise.all(call.endpoints.map((endpoint) => call.attempt(endpoint)));
      return first ?? call.attempt(undefined);
    });
    const call = bench.start({ signal, strategy: both, script: [silence, silence, silence] });
    await call.clock.advance(3);
    controller.abort();
    const { attempts } = await call.end;
    expect(attempts.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`)).toEqual([
      "a cancelled",
      "b cancelled",
      "c cancelled",
    ]);
  });
});

describe("a client that closes", () => {
  test.each([
    { name: "while an attempt runs", script: [silence] },
    {
      name: "while it waits for the next attempt",
      script: [failure({ pushback: { kind: "after", delayMs: 9_000 } })],
    },
  ])("ends a call $name", async ({ script }) => {
    const underWay = new CallsUnderWay();
    const { clock, end } = bench.start({ script, underWay });
    await clock.advance(10);
    underWay.endAll("rejected", new ConnectError("closed", Code.Unavailable));
    expect((await end).result).toMatchObject({
      outcome: "rejected",
      error: { code: Code.Unavailable },
    });
    await (await end).finished;
    expect(underWay.isEmpty).toBe(true);
  });
});
