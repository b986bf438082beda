import { Code } from "@connectrpc/connect";
import type { AttemptResult, ClusterCall, ClusterStrategy, LiveEndpoint } from "@thrice/core";
import { unlimitedBudget } from "../retry/budget.js";
import { CallBench, nothingLeft, strategy } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";
import { CallsUnderWay } from "./calls-under-way.js";
import { cancelError } from "./end-errors.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

/** Answers with the first attempt, and makes the call again 100 ms after that. */
function redoing(told: AttemptResult[], later = afterPause): ClusterStrategy {
  return strategy(async (call) => {
    const result = await call.attempt(call.pick());
    void call.redo(later).then((again) => told.push(again));
    return result;
  });
}

const afterPause = strategy(async (call) => {
  await call.pause(100);
  return call.attempt(call.pick());
}, "later");

describe("redo", () => {
  test("makes a call of its own, with the same request, that outlives the first", async () => {
    const told: AttemptResult[] = [];
    const call = bench.start({ strategy: redoing(told), script: [failure(), answer("late")] });
    await call.clock.advance(0);
    expect(call.ended()?.result.ok).toBe(false);
    await call.clock.advance(100);
    expect(told).toMatchObject([{ ok: true, answer: { message: { greeting: "late" } } }]);
    expect(call.wire.requests).toMatchObject([
      { previousAttempts: 0, atMs: 0 },
      { previousAttempts: 0, atMs: 100 },
    ]);
  });

  test("heeds neither the caller's cancel nor the deadline", async () => {
    const told: AttemptResult[] = [];
    const { signal, abort } = abortable();
    const script = [failure(), answer()];
    const call = bench.start({ strategy: redoing(told), script, signal, timeoutMs: 50 });
    await call.clock.advance(10);
    abort();
    await call.clock.advance(100);
    expect(told).toMatchObject([{ ok: true }]);
  });

  test("ends with the client, also while it waits", async () => {
    const told: AttemptResult[] = [];
    const underWay = new CallsUnderWay();
    const call = bench.start({ strategy: redoing(told), script: [failure()], underWay });
    await call.clock.advance(10);
    underWay.endAll("rejected", cancelError("closed"));
    await call.clock.advance(0);
    expect(told).toMatchObject([{ ok: false, outcome: "rejected" }]);
    expect(underWay.isEmpty).toBe(true);
  });

  test("bounds its attempts as the call's were", async () => {
    const told: AttemptResult[] = [];
    const script = [failure(), silence];
    await bench.play({ strategy: redoing(told), script, attemptTimeoutMs: 30 });
    expect(told).toMatchObject([{ ok: false, outcome: "attempt-timed-out" }]);
  });

  test("makes no call once the client has ended the first", async () => {
    const told: AttemptResult[] = [];
    const underWay = new CallsUnderWay();
    const call = bench.start({ strategy: redoing(told), script: [silence], underWay });
    await call.clock.advance(10);
    underWay.endAll("rejected", cancelError("closed"));
    await call.clock.advance(200);
    expect(told).toMatchObject([{ ok: false, outcome: "rejected" }]);
    expect(call.wire.asked).toEqual(["a"]);
  });

  test("makes no call when the client closed after the first had settled", async () => {
    const underWay = new CallsUnderWay();
    let redo: (() => Promise<AttemptResult>) | undefined;
    const keeping = strategy((call) => {
      redo = () => call.redo(afterPause);
      return call.attempt(call.pick());
    });
    await bench.play({ strategy: keeping, script: [answer()], underWay });
    underWay.endAll("rejected", cancelError("closed"));
    expect(await redo?.()).toMatchObject({ ok: false });
  });

  test("refuses a stream, whose request is gone", async () => {
    const told: AttemptResult[] = [];
    await bench.play({ strategy: redoing(told), script: [failure()], method: methods.bidi });
    const rawMessage = expect.stringContaining(
      "only unary calls can be made again, not bidi_streaming",
    );
    expect(told).toMatchObject([{ ok: false, error: { code: Code.Unavailable, rawMessage } }]);
  });

  test("fails by itself when its strategy throws", async () => {
    const told: AttemptResult[] = [];
    const bad = strategy(() => Promise.reject(new Error("boom")), "bad");
    const script = [answer()];
    const { result } = await bench.play({ strategy: redoing(told, bad), script });
    expect(result.ok).toBe(true);
    expect(told).toMatchObject([{ ok: false, error: { code: Code.Internal } }]);
  });
});

describe("what a call earns and notes", () => {
  const made = strategy(async (call) => {
    const result = await call.attempt(call.pick());
    return result.ok ? { ...result, endpoint: undefined } : result;
  });

  test.each([
    { name: "an endpoint", used: undefined, earned: 1 },
    { name: "its strategy", used: made, earned: 0 },
  ])("earns the budget $earned when answered by $name", async ({ used, earned }) => {
    let count = 0;
    const budget = { ...unlimitedBudget, noteSuccess: () => count++ };
    await bench.play({ script: [answer()], budget, ...(used && { strategy: used }) });
    expect(count).toBe(earned);
  });

  test("notes the time of those that lost or timed out, not of those that failed", async () => {
    const noted: number[] = [];
    const latencies = { note: (ms: number) => noted.push(ms), quantileMs: () => undefined };
    const fork = strategy((call) => Promise.any(call.endpoints.map((one) => orThrow(call, one))));
    const script = [failure({ afterMs: 5 }), answer("b", { afterMs: 20 }), silence];
    await bench.play({ strategy: fork, script, latencies });
    const policy = { retries: 0 };
    await bench.play({ script: [silence], latencies, attemptTimeoutMs: 40, policy });
    await bench.play({ script: [silence], latencies, timeoutMs: 30, policy });
    expect(noted).toEqual([20, 20, 40]);
  });
});

describe("a strategy that breaks its promise", () => {
  test("is named when the deadline finds it with nothing under way", async () => {
    const never = strategy(() => new Promise(() => {}), "dreamer");
    const { result } = await bench.play({ strategy: never, timeoutMs: 40 });
    const rawMessage =
      "the call's deadline of 40 ms passed; cluster strategy dreamer had nothing under way";
    expect(result).toMatchObject({ outcome: "deadline-passed", error: { rawMessage } });
  });

  test("does not end the process with attempts that nobody waits for", async () => {
    const careless = strategy((call) => {
      for (let i = 0; i < 1_500; i++) void call.attempt(undefined);
      return call.attempt(call.pick());
    });
    const { result } = await bench.play({ strategy: careless, script: [answer()] });
    expect(result.ok).toBe(true);
  });

  test("fails its own call only", async () => {
    const bad = strategy(() => Promise.reject(new Error("boom")));
    const [broken, fine] = [
      bench.play({ strategy: bad }),
      bench.play({ script: [answer("fine", { afterMs: 10 })] }),
    ];
    expect((await broken).result).toMatchObject({ ok: false, error: { code: Code.Internal } });
    expect((await fine).result).toMatchObject({ ok: true });
  });
});

async function orThrow(call: ClusterCall, one: LiveEndpoint) {
  const result = await call.attempt(one, { kind: "planned" });
  if (result.ok) return result;
  throw result.error;
}

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
