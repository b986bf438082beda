import { Code, ConnectError } from "@connectrpc/connect";
import type { AttemptResult, ClusterStrategy, Picker } from "@thrice/core";
import { CallBench, endpoint, nothingLeft, strategy } from "../testing/call-bench.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const foreign =
  (value: unknown): ClusterStrategy["run"] =>
  () =>
    Promise.resolve(value as AttemptResult);

describe("a custom strategy that breaks its promise", () => {
  test.each([
    {
      name: "rejects",
      run: () => Promise.reject(new RangeError("off by one")),
      text: "cluster strategy custom threw: RangeError: off by one",
    },
    {
      name: "throws",
      run: () => {
        throw new RangeError("off by one");
      },
      text: "cluster strategy custom threw: RangeError: off by one",
    },
    {
      name: "rejects with no error",
      run: () => Promise.reject(undefined),
      text: "cluster strategy custom threw: undefined",
    },
    {
      name: "rejects with what cannot be rendered",
      run: () => Promise.reject(Object.create(null)),
      text: "cluster strategy custom threw: [Object: null prototype] {}",
    },
    { name: "returns nothing", run: foreign(undefined), text: "custom returned no result" },
    { name: "returns null", run: foreign(null), text: "custom returned no result" },
    { name: "returns text", run: foreign("answer"), text: "custom returned no result" },
    { name: "returns some object", run: foreign({ ok: true }), text: "custom returned no result" },
  ])("ends the call as internal when it $name", async ({ run, text }) => {
    const { result } = await bench.play({ strategy: strategy(run) });
    expect(result).toMatchObject({
      ok: false,
      outcome: "rejected",
      error: { code: Code.Internal },
    });
    expect(result).toMatchObject({ error: { rawMessage: expect.stringContaining(text) } });
  });

  // What only looks like a result was passed on: "undefined" as text, an answer that is none, a rejection.
  test.each([
    { name: "a plain Error for an error", value: { ok: false, error: new Error("x") } },
    { name: "undefined for an error", value: { ok: false, error: undefined } },
    { name: "ok with an error", value: { ok: true, error: new ConnectError("x") } },
    { name: "ok with an answer of nothing", value: { ok: true, answer: { kind: "unary" } } },
    { name: "ok with no answer", value: { ok: true, answer: undefined } },
  ])("ends the call as internal when its result has $name", async ({ value }) => {
    const run: ClusterStrategy["run"] = async (call) => {
      await call.attempt(call.pick());
      return value as unknown as AttemptResult;
    };
    const { result } = await bench.play({ strategy: strategy(run), script: [failure()] });
    expect(result).toMatchObject({ ok: false, error: { code: Code.Internal } });
  });

  test("keeps what it threw as the cause, and tells the attempts so far", async () => {
    const cause = new Error("boom");
    const run: ClusterStrategy["run"] = async (call) => {
      await call.attempt(call.pick());
      throw cause;
    };
    const { result, attempts } = await bench.play({ strategy: strategy(run), script: [answer()] });
    expect(result).toMatchObject({ error: { cause } });
    expect(result).toMatchObject({
      error: { rawMessage: "cluster strategy custom threw: Error: boom (1 attempt: a once)" },
    });
    expect(attempts).toHaveLength(1);
  });

  test("stops the attempts of a strategy that throws", async () => {
    const run: ClusterStrategy["run"] = (call) => {
      void call.attempt(call.pick());
      throw new Error("boom");
    };
    const { wire } = await bench.play({ strategy: strategy(run), script: [silence] });
    expect(wire.cancels).toMatchObject([{ attempt: 0, error: { code: Code.Canceled } }]);
  });

  test("ends at the deadline when it never settles", async () => {
    const never = strategy(() => new Promise(() => {}));
    const { result, endedAtMs } = await bench.play({ strategy: never, timeoutMs: 40 });
    expect(endedAtMs).toBe(40);
    expect(result).toMatchObject({ outcome: "deadline-passed" });
  });

  test("ends with the caller's cancel when it never settles", async () => {
    const controller = new AbortController();
    const never = strategy(() => new Promise(() => {}));
    const { clock, end } = bench.start({ strategy: never, signal: controller.signal });
    await clock.advance(40);
    controller.abort();
    expect((await end).result).toMatchObject({ outcome: "cancelled" });
  });

  test("is told that the call is over, whatever it tries afterwards", async () => {
    const told: (AttemptResult | number)[] = [];
    const stubborn = strategy(async (call) => {
      await call.attempt(call.pick());
      await call.pause(1_000);
      told.push(await call.attempt(call.pick()), call.remainingMs());
      throw new Error("nobody listens");
    });
    const call = { strategy: stubborn, script: [silence], timeoutMs: 40 };
    const { result, wire } = await bench.play(call);
    expect(result).toMatchObject({ outcome: "deadline-passed" });
    expect(told).toMatchObject([{ ok: false, outcome: "deadline-passed" }, 0]);
    expect(wire.asked).toEqual(["a"]);
  });
});

describe("a custom strategy that starts several attempts", () => {
  const fork = strategy((call) => Promise.race(call.endpoints.map((one) => call.attempt(one))));

  test("has its losers cancelled by the time the call settles", async () => {
    const script = [answer("slow", { afterMs: 30 }), answer("quick", { afterMs: 10 }), silence];
    const { result, wire, attempts, endedAtMs } = await bench.play({ strategy: fork, script });
    expect(result).toMatchObject({ ok: true, endpoint: { id: "b" } });
    expect(endedAtMs).toBe(10);
    expect(wire.cancels).toMatchObject([
      { attempt: 0, atMs: 10, error: { rawMessage: "the call is settled" } },
      { attempt: 2, atMs: 10 },
    ]);
    expect(attempts).toEqual([
      { endpoint: "b", outcome: "answered", code: "ok", durationMs: 10 },
      { endpoint: "a", outcome: "cancelled", code: "canceled", durationMs: 10 },
      { endpoint: "c", outcome: "cancelled", code: "canceled", durationMs: 10 },
    ]);
  });

  test("has them cancelled too when it answers with a failure", async () => {
    const script = [silence, failure({ afterMs: 10, code: Code.NotFound }), silence];
    const { result, wire } = await bench.play({ strategy: fork, script });
    expect(result).toMatchObject({ ok: false, error: { code: Code.NotFound } });
    expect(wire.cancels.map(({ attempt }) => attempt)).toEqual([0, 2]);
  });

  test("numbers its attempts in the order of their start", async () => {
    const { wire } = await bench.play({ strategy: fork, script: [answer(), silence, silence] });
    expect(wire.requests.map(({ previousAttempts }) => previousAttempts)).toEqual([0, 1, 2]);
  });

  test("bounds each by the attempt's timeout", async () => {
    const call = { strategy: fork, script: [silence, silence, silence], attemptTimeoutMs: 25 };
    const { attempts, endedAtMs } = await bench.play(call);
    expect(endedAtMs).toBe(25);
    expect(attempts[0]).toMatchObject({ endpoint: "a", outcome: "attempt-timed-out" });
  });

  // A hedge that waited in a pause was sent after the call had settled, and nobody stopped it.
  test("sends none once the call has settled, and leaves no pause behind", async () => {
    const hedge = strategy((call) =>
      Promise.race([
        call.attempt(call.pick()),
        call.pause(50).then(() => call.attempt(call.pick({ exclude: call.tried }))),
      ]),
    );
    const script = [answer("quick", { afterMs: 10 }), silence];
    const call = bench.start({ strategy: hedge, script });
    await call.clock.advance(10);
    expect(call.ended()?.result.ok).toBe(true);
    expect(call.clock.pendingTimers).toBe(0);
    await call.clock.advance(50);
    expect(call.wire.asked).toEqual(["a"]);
    expect(call.ended()?.attempts).toHaveLength(1);
  });
});

describe("parts that users plug in", () => {
  test("a balancer that throws ends the call as internal", async () => {
    const picker = {
      pick: () => {
        throw new Error("no idea");
      },
    };
    const { result } = await bench.play({ picker });
    expect(result).toMatchObject({ outcome: "rejected", error: { code: Code.Internal } });
  });

  test("a retryOn that throws ends the call as internal, with the attempt in its text", async () => {
    const retryOn = () => {
      throw new Error("no idea");
    };
    const { result } = await bench.play({ script: [failure()], policy: { retryOn } });
    expect(result).toMatchObject({ error: { code: Code.Internal } });
    expect(result).toMatchObject({
      error: { rawMessage: expect.stringContaining("1 attempt: a") },
    });
  });
});

describe("a custom strategy that knows no end", () => {
  // On a promise that is settled already it would run for ever, and keep every timer of the process waiting.
  test("ends the call as internal when it goes on although nothing can be sent", async () => {
    const stubborn = strategy(async (call) => {
      for (;;) {
        const result = await call.attempt(call.pick());
        if (result.ok) return result;
      }
    });
    const { result } = await bench.play({ strategy: stubborn, names: [] });
    expect(result).toMatchObject({ ok: false, error: { code: Code.Internal } });
    expect(result).toMatchObject({ error: { rawMessage: expect.stringContaining("it goes on") } });
  });
});

describe("a load balancer that does not do its part ends its call as internal, and is named", () => {
  const stranger = endpoint("a");
  const many = Array.from({ length: 65 }, (_, at) => `n${at}`);
  test.each([
    { what: "picks nothing", pick: () => undefined, says: "mine picked none of 3 endpoints" },
    {
      what: "throws",
      pick: () => {
        throw new Error("no idea");
      },
      says: /^load balancer mine threw: Error: no idea$/,
    },
    {
      what: "picks an endpoint of its own making",
      pick: () => stranger,
      says: /mine picked .*'a'.*, which is none of 3 endpoints/,
    },
    {
      what: "makes a promise",
      pick: async () => undefined,
      says: "mine picked Promise { undefined }, which is none of 3 endpoints",
    },
    {
      what: "makes a promise that fails",
      pick: () => Promise.reject(new Error("too late")),
      says: /mine picked Promise .*, which is none of 3 endpoints/,
    },
    { what: "picks null", pick: () => null, says: "mine picked null, which is none of 3" },
    {
      what: "picks from a long list what is no endpoint",
      pick: () => "n1",
      names: many,
      says: "mine picked 'n1', which is none of 65 endpoints",
    },
  ])("$what", async ({ pick, says, names = ["a", "b", "c"] }) => {
    const picker = { pick } as unknown as Picker;
    const { result, wire } = await bench.play({ picker, loadBalancerName: "mine", names });
    expect(result).toMatchObject({ ok: false, error: { code: Code.Internal } });
    const rawMessage = expect.stringMatching(says);
    expect(result).toMatchObject({ error: { rawMessage } });
    expect(wire.asked).toEqual([]);
  });
});
