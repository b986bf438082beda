import { Code } from "@connectrpc/connect";
import { CallBench, LateClock, nothingLeft, strategy } from "../testing/call-bench.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const timedOut = { outcome: "attempt-timed-out", code: "deadline_exceeded" };
const passed = { outcome: "deadline-passed", code: "deadline_exceeded" };
const serverIsLate = { code: Code.DeadlineExceeded, text: "said the server" };

describe("attempt timeout and deadline of the call", () => {
  test.each([
    { name: "the attempt's first", attempt: 30, call: 100, atMs: 30, outcome: "attempt-timed-out" },
    {
      name: "the attempt's alone",
      attempt: 30,
      call: Number.POSITIVE_INFINITY,
      atMs: 30,
      outcome: "attempt-timed-out",
    },
    { name: "the call's first", attempt: 100, call: 30, atMs: 30, outcome: "deadline-passed" },
    {
      name: "the call's alone",
      attempt: Number.POSITIVE_INFINITY,
      call: 30,
      atMs: 30,
      outcome: "deadline-passed",
    },
    {
      name: "both at once count as the call's",
      attempt: 30,
      call: 30,
      atMs: 30,
      outcome: "deadline-passed",
    },
  ])("end an attempt, whichever is first: $name", async ({ attempt, call, atMs, outcome }) => {
    const { result, wire, endedAtMs } = await bench.play({
      script: [silence],
      policy: { retries: 0 },
      attemptTimeoutMs: attempt,
      timeoutMs: call,
    });
    expect(result).toMatchObject({ outcome, error: { code: Code.DeadlineExceeded } });
    expect(endedAtMs).toBe(atMs);
    expect(wire.requests).toMatchObject([{ timeoutMs: atMs }]);
    expect(wire.cancels).toMatchObject([
      { attempt: 0, atMs, error: { code: Code.DeadlineExceeded } },
    ]);
  });

  test("give each attempt the time that is left", async () => {
    const late = failure({ afterMs: 40 });
    const { wire } = await bench.play({
      script: [late, late, silence],
      names: ["a", "b", "c"],
      random: () => 0,
      attemptTimeoutMs: 50,
      timeoutMs: 100,
    });
    expect(wire.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([50, 50, 20]);
  });

  test("let a timed-out attempt be repeated, and the deadline end the call", async () => {
    const { result, attempts, endedAtMs } = await bench.play({
      script: [silence, silence, silence, silence],
      policy: { retries: 9 },
      random: () => 0,
      attemptTimeoutMs: 30,
      timeoutMs: 70,
    });
    expect(attempts).toMatchObject([
      { ...timedOut, endpoint: "a", durationMs: 30 },
      { ...timedOut, endpoint: "b", durationMs: 30 },
      { ...passed, endpoint: "c", durationMs: 10 },
    ]);
    expect(endedAtMs).toBe(70);
    expect(result).toMatchObject({
      outcome: "deadline-passed",
      endpoint: { id: "c" },
      error: {
        rawMessage: "the call's deadline of 70 ms passed (3 attempts: a once, b once, c once)",
      },
    });
  });

  test("name endpoint and bound when the last attempt timed out", async () => {
    const { result } = await bench.play({
      script: [silence, silence],
      policy: { retries: 1 },
      attemptTimeoutMs: 30,
    });
    expect(result).toMatchObject({
      outcome: "attempt-timed-out",
      endpoint: { id: "b" },
      error: {
        rawMessage: "no answer from b within attemptTimeoutMs 30 (2 attempts: a once, b once)",
      },
    });
  });

  test("leave an unsafe method alone after a timeout when retries are unset", async () => {
    const policy = { retriesSet: false };
    const { wire } = await bench.play({ script: [silence], policy, attemptTimeoutMs: 30 });
    expect(wire.asked).toEqual(["a"]);
  });

  test("take an answer that comes in the last millisecond", async () => {
    const script = [answer("just in time", { afterMs: 29 })];
    const { result } = await bench.play({ script, attemptTimeoutMs: 30, timeoutMs: 30 });
    expect(result.ok).toBe(true);
  });
});

describe("deadline of the call", () => {
  test("ends a pause", async () => {
    const wait = strategy(async (call) => {
      const result = await call.attempt(call.pick());
      await call.pause(1_000);
      return result;
    });
    const { result, attempts, endedAtMs } = await bench.play({
      script: [failure()],
      strategy: wait,
      timeoutMs: 50,
    });
    expect(endedAtMs).toBe(50);
    expect(result).toMatchObject({
      outcome: "deadline-passed",
      error: { code: Code.DeadlineExceeded },
    });
    expect(attempts).toMatchObject([{ outcome: "answered", code: "unavailable" }]);
  });

  test.each([
    { leftMs: 12, asked: ["a"], endedAtMs: 0 },
    { leftMs: 13, asked: ["a", "a"], endedAtMs: 12.5 },
  ])(
    "spares a pause that would outlast it: $leftMs ms left",
    async ({ leftMs, asked, endedAtMs }) => {
      const script = [failure(), answer()];
      const call = await bench.play({ script, names: ["a"], timeoutMs: leftMs });
      expect(call.wire.asked).toEqual(asked);
      expect(call.endedAtMs).toBe(endedAtMs);
    },
  );

  test("answers with the attempt's own error when the retry would come too late", async () => {
    const { result } = await bench.play({ script: [failure()], names: ["a"], timeoutMs: 12 });
    expect(result).toMatchObject({ outcome: "answered", error: { rawMessage: "out of order" } });
  });

  test("bounds a call that finds no endpoint to wait for", async () => {
    const patient = strategy(async (call) => {
      for (let left = call.remainingMs(); left > 0; left = call.remainingMs()) await call.pause(7);
      return call.attempt(call.pick());
    });
    const { result, endedAtMs } = await bench.play({ names: [], strategy: patient, timeoutMs: 20 });
    expect(endedAtMs).toBe(20);
    expect(result).toMatchObject({
      outcome: "deadline-passed",
      endpoint: undefined,
      error: { rawMessage: "the call's deadline of 20 ms passed" },
    });
  });

  test("shows a fraction as the next whole millisecond", async () => {
    const { result } = await bench.play({ script: [silence], timeoutMs: 19.2 });
    expect(result).toMatchObject({ error: { rawMessage: expect.stringContaining("of 20 ms") } });
  });

  // Timers of a busy process fire late: the retry went out with 0 ms, which a peer may take for no bound.
  test("lets no attempt start once its time is up, though its timer has not fired", async () => {
    const clock = new LateClock();
    const busy = failure({ onStart: () => Object.assign(clock, { lateMs: 60 }) });
    const twice = strategy(async (call) => {
      await call.attempt(call.pick());
      return call.attempt(call.pick());
    });
    const call = bench.start({ clock, strategy: twice, script: [busy, answer()], timeoutMs: 50 });
    await clock.advance(50);
    expect((await call.end).result).toMatchObject({ outcome: "deadline-passed" });
    expect(call.wire.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([50]);
  });
});

describe("a peer's own deadline_exceeded", () => {
  test.each([
    {
      name: "at the attempt's bound is the attempt's",
      afterMs: 40,
      attempt: 40,
      outcome: "attempt-timed-out",
    },
    { name: "long before is the peer's word", afterMs: 20, attempt: 40, outcome: "answered" },
  ])("$name", async ({ afterMs, attempt, outcome }) => {
    const quick = failure({ ...serverIsLate });
    const script = [{ ...quick, afterMs }];
    const { attempts } = await bench.play({
      script,
      policy: { retries: 0 },
      attemptTimeoutMs: attempt,
      timeoutMs: 50,
    });
    expect(attempts).toEqual([
      { endpoint: "a", outcome, code: "deadline_exceeded", durationMs: afterMs },
    ]);
  });
});

test("a peer's deadline_exceeded at our deadline is our deadline", async () => {
  const clock = new LateClock();
  const script = [failure({ ...serverIsLate, afterMs: 40 })];
  const { end } = bench.start({ clock, script, policy: { retries: 9 }, timeoutMs: 50 });
  await clock.advance(39);
  clock.lateMs = 10;
  await clock.advance(1);
  const { result, attempts } = await end;
  expect(attempts).toMatchObject([{ outcome: "deadline-passed", durationMs: 50 }]);
  expect(result).toMatchObject({
    outcome: "deadline-passed",
    error: { rawMessage: "said the server (1 attempt: a once)" },
  });
});

describe("a peer that cancels when time is up", () => {
  const reset = failure({ code: Code.Canceled, text: "reset the stream" });

  test.each([
    { title: "of the call", bounds: { timeoutMs: 50 }, outcome: "deadline-passed" },
    { title: "of the attempt", bounds: { attemptTimeoutMs: 50 }, outcome: "attempt-timed-out" },
  ])("ends it for us, if it was the time $title", async ({ bounds, outcome }) => {
    const clock = new LateClock();
    const script = [{ ...reset, afterMs: 40 }];
    const { end } = bench.start({ clock, script, policy: { retries: 0 }, ...bounds });
    await clock.advance(39);
    clock.lateMs = 10;
    await clock.advance(1);
    const { result } = await end;
    const text = { "deadline-passed": "50 ms passed", "attempt-timed-out": "TimeoutMs 50" }[
      outcome
    ];
    expect(result).toMatchObject({
      outcome,
      error: { code: Code.DeadlineExceeded, message: expect.stringContaining(String(text)) },
    });
  });

  test("before that has cancelled the call", async () => {
    const script = [{ ...reset, afterMs: 40 }];
    const { result } = await bench.play({ script, timeoutMs: 50, attemptTimeoutMs: 45 });
    expect(result).toMatchObject({ outcome: "answered", error: { code: Code.Canceled } });
  });
});

test("late answers change nothing", async () => {
  const late = { afterMs: 50, ignoresCancel: true };
  const { result, attempts, endedAtMs, wire } = await bench.play({
    script: [
      answer("too late", late),
      failure({ ...late, code: Code.NotFound }),
      answer("in time"),
    ],
    attemptTimeoutMs: 30,
    random: () => 0,
  });
  expect(result).toMatchObject({
    ok: true,
    endpoint: { id: "c" },
    answer: { message: { greeting: "in time" } },
  });
  expect(attempts.map(({ outcome }) => outcome)).toEqual([
    "attempt-timed-out",
    "attempt-timed-out",
    "answered",
  ]);
  expect(endedAtMs).toBe(60);
  expect(wire.cancels.map(({ atMs }) => atMs)).toContain(30);
});
