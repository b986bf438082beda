import { Code, ConnectError } from "@connectrpc/connect";
import { CallBench, nothingLeft, strategy } from "../testing/call-bench.js";
import { answer, failure, openStream } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const fast = { random: () => 0 };

describe("the history of a call", () => {
  test.each([
    { outcome: "answered", code: Code.Internal, name: "internal" },
    { outcome: "refused", code: Code.Unavailable, name: "unavailable" },
    { outcome: "connect-failed", code: Code.Unavailable, name: "unavailable" },
    { outcome: "connection-lost", code: Code.Unavailable, name: "unavailable" },
    { outcome: "rejected", code: Code.ResourceExhausted, name: "resource_exhausted" },
  ] as const)("records an attempt that ended as $outcome", async ({ outcome, code, name }) => {
    const fails = failure({ outcome, code, afterMs: 7 });
    const { attempts } = await bench.play({ script: [fails, fails], policy: { retries: 0 } });
    expect(attempts[0]).toEqual({ endpoint: "a", outcome, code: name, durationMs: 7 });
    expect(attempts.length).toBe(outcome === "refused" ? 2 : 1); // one is repeated transparently
  });

  test("records every attempt of a call that succeeds in the end, in order", async () => {
    const script = [
      failure({ outcome: "connect-failed", afterMs: 3 }),
      failure({ code: Code.Aborted, afterMs: 5 }),
      answer("hi", { afterMs: 2 }),
    ];
    const { attempts, endedAtMs } = await bench.play({ ...fast, script });
    expect(attempts).toEqual([
      { endpoint: "a", outcome: "connect-failed", code: "unavailable", durationMs: 3 },
      { endpoint: "b", outcome: "answered", code: "aborted", durationMs: 5 },
      { endpoint: "c", outcome: "answered", code: "ok", durationMs: 2 },
    ]);
    expect(endedAtMs).toBe(10);
  });

  test("leaves pauses out of the durations", async () => {
    const script = [failure({ afterMs: 3 }), answer("hi", { afterMs: 4 })];
    const { attempts, endedAtMs } = await bench.play({ script, names: ["a"] });
    expect(attempts.map(({ durationMs }) => durationMs)).toEqual([3, 4]);
    expect(endedAtMs).toBe(19.5);
  });

  test("counts a stream up to its first message", async () => {
    const call = bench.start({ script: [openStream({ afterMs: 6 })] });
    await call.clock.advance(500);
    call.wire.finish(0);
    expect((await call.end).attempts).toMatchObject([{ outcome: "answered", durationMs: 6 }]);
  });

  test("is open to the strategy while the call runs", async () => {
    const seen: unknown[] = [];
    const curious = strategy(async (call) => {
      seen.push([call.tried.length, call.attempts.length]);
      const first = call.attempt(call.pick());
      seen.push([call.tried.length, call.attempts.length]);
      await first;
      seen.push([call.tried.length, call.attempts.length]);
      return call.attempt(call.pick({ exclude: call.tried }));
    });
    await bench.play({ strategy: curious, script: [failure({ afterMs: 1 }), answer()] });
    expect(seen).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
  });
});

describe("the error of a call", () => {
  const asked = (names: readonly string[], retries: number) => ({
    ...fast,
    names,
    policy: { retries },
    script: Array.from({ length: 1 + retries }, () =>
      failure({ outcome: "connect-failed", text: "connection refused" }),
    ),
  });

  test.each([
    { names: ["a"], retries: 0, text: "connection refused (1 attempt: a once)" },
    { names: ["a"], retries: 3, text: "connection refused (4 attempts: a 4 times)" },
    { names: ["a", "b"], retries: 2, text: "connection refused (3 attempts: a twice, b once)" },
  ])("names endpoints and counts: $text", async ({ names, retries, text }) => {
    const { result } = await bench.play(asked(names, retries));
    expect(result).toMatchObject({ error: { code: Code.Unavailable, rawMessage: text } });
  });

  test("is the peer's own when the peer answered", async () => {
    const error = new ConnectError("out of stock", Code.FailedPrecondition, { "x-left": "0" });
    const { result } = await bench.play({ script: [failure({ error })] });
    expect(result).toMatchObject({ ok: false, outcome: "answered" });
    expect("error" in result && result.error).toBe(error);
  });
});
