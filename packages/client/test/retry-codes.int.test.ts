/** Which failures are repeated, and what each attempt tells the server. */
import { attemptsOf, BusinessError, Code, ConnectError } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf } from "./support/notes.js";
import { failing, silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

const once = [
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.Unauthenticated,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.Unimplemented,
  Code.DataLoss,
  Code.Canceled,
  Code.DeadlineExceeded,
];
const repeated = [
  Code.Unavailable,
  Code.Unknown,
  Code.Internal,
  Code.Aborted,
  Code.ResourceExhausted,
];

describe("a status that a handler answers", () => {
  test.each([
    ...once.map((code) => ({ name: Code[code], code, attempts: 1 })),
    ...repeated.map((code) => ({ name: Code[code], code, attempts: 4 })),
  ])("$name is answered to $attempts attempts with retries 3", async ({ code, attempts }) => {
    const fail = failing(() => new ConnectError("so it is", code));
    const server = await bench.serve({ unary: fail });
    const { stub } = bench.client({ url: server.url, retries: 3 });
    expect(await failureOf(stub.unary({ text: "hi" }))).toMatchObject({
      code,
      rawMessage: "so it is",
    });
    expect(server.attempts()).toBe(attempts);
  });

  test("retryOn with codes replaces the default list", async () => {
    const fail = failing(() => new ConnectError("gone", Code.NotFound));
    const server = await bench.serve({ unary: fail, put: failing(() => new Error("no")) });
    const { stub } = bench.client({ url: server.url, retries: 2, retryOn: [Code.NotFound] });
    await failureOf(stub.unary({ text: "hi" }));
    await failureOf(stub.put({ text: "hi" }));
    expect([server.attempts("unary"), server.attempts("put")]).toEqual([3, 1]);
  });

  test("retryOn as a function judges the failure itself", async () => {
    const server = await bench.serve({
      unary: failing(() => new ConnectError("again", Code.NotFound)),
    });
    const seen: string[] = [];
    const { stub } = bench.client({
      url: server.url,
      retries: 5,
      retryOn: ({ endpoint, outcome, error }) => {
        seen.push(`${endpoint?.id} ${outcome} ${error.rawMessage}`);
        return seen.length < 3;
      },
    });
    await failureOf(stub.unary({ text: "hi" }));
    expect(seen).toEqual(Array.from({ length: 3 }, () => `${server.id} answered again`));
    expect(server.attempts()).toBe(3);
  });

  test("of which the last attempt succeeds is no failure, and no news", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no"), 3) });
    const { stub, logger } = bench.client({ url: server.url, retries: 3 });
    expect((await stub.unary({ text: "hi" })).text).toBe("hi");
    expect(server.attempts()).toBe(4);
    expect(logger.records).toEqual([]);
  });
});

describe("the caller's cancel", () => {
  test("is not repeated, and ends the handler's call as well", async () => {
    const server = await bench.serve({ read: silence });
    const { stub } = bench.client({ url: server.url, retries: 3 });
    const cancel = new AbortController();
    const failure = failureOf(stub.read({ text: "hi" }, { signal: cancel.signal }));
    const { context } = await server.arrival(1);
    const ended = new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    cancel.abort(new Error("changed my mind"));
    expect(await failure).toMatchObject({ code: Code.Canceled });
    await ended;
    expect(server.attempts()).toBe(1);
  });

  test("before the call sends nothing", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url });
    const failure = failureOf(stub.read({ text: "hi" }, { signal: AbortSignal.abort() }));
    expect(await failure).toMatchObject({ code: Code.Canceled });
    expect(server.attempts()).toBe(0);
  });
});

describe("headers of an attempt", () => {
  test("count the attempts before it", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no")) });
    const { stub } = bench.client({ url: server.url, retries: 2 });
    await failureOf(stub.unary({ text: "hi" }));
    const counts = server.requests.map(({ header }) => header.get("grpc-previous-rpc-attempts"));
    expect(counts).toEqual([null, "1", "2"]);
  });

  test("carry the time that is left of the call", async () => {
    const server = await bench.serve({ unary: silence });
    const { stub, clock } = bench.client({
      url: server.url,
      retries: 2,
      timeoutMs: 1_000,
      attemptTimeoutMs: 400,
    });
    const failure = failureOf(stub.unary({ text: "hi" }));
    for (const attempt of [1, 2, 3]) {
      await server.arrival(attempt);
      await clock.advance(400);
    }
    expect(await failure).toMatchObject({ code: Code.DeadlineExceeded });
    const left = server.requests.map(({ header }) => header.get("grpc-timeout"));
    expect(left).toEqual(["400m", "400m", "200m"]);
  });
});

describe("a server's pushback", () => {
  const pushed = (value: string) => () =>
    new ConnectError("busy", Code.Unavailable, { "grpc-retry-pushback-ms": value });

  test.each([{ value: "-1" }, { value: "garbage" }, { value: "" }, { value: "1.5" }])(
    "of $value ends the call after one attempt",
    async ({ value }) => {
      const server = await bench.serve({ unary: failing(pushed(value)) });
      const { stub } = bench.client({ url: server.url, retries: 3 });
      expect(await failureOf(stub.unary({ text: "hi" }))).toMatchObject({
        code: Code.Unavailable,
      });
      expect(server.attempts()).toBe(1);
    },
  );

  test("of 0 lets every retry go at once, whatever the backoff", async () => {
    const server = await bench.serve({ unary: failing(pushed("0")) });
    const { stub, clock } = bench.client({ url: server.url, retries: 3, random: () => 0.9 });
    await failureOf(stub.unary({ text: "hi" }));
    expect(server.attempts()).toBe(4);
    expect(clock.nowMs()).toBe(0);
  });

  test("of 50 is waited for to the letter", async () => {
    const server = await bench.serve({ unary: failing(pushed("50"), 1) });
    const { stub, clock } = bench.client({ url: server.url, retries: 3 });
    const waits = timersOf(clock);
    const answer = stub.unary({ text: "hi" });
    await waits.next(50);
    await clock.advance(49);
    expect(server.attempts()).toBe(1);
    await clock.advance(1);
    expect((await answer).text).toBe("hi");
    expect(server.attempts()).toBe(2);
  });

  test("that reaches past the deadline ends the call at once", async () => {
    const server = await bench.serve({ unary: failing(pushed("500")) });
    const { stub, clock } = bench.client({ url: server.url, retries: 3, timeoutMs: 500 });
    expect(await failureOf(stub.unary({ text: "hi" }))).toMatchObject({ code: Code.Unavailable });
    expect([server.attempts(), clock.pendingTimers]).toEqual([1, 0]);
  });
});

describe("the history of a failed call", () => {
  test("has endpoint, outcome, status and duration of each attempt, and fills one line of the log", async () => {
    const server = await bench.serve({
      unary: failing(() => new ConnectError("full", Code.ResourceExhausted)),
    });
    const { stub, logger } = bench.client({ url: server.url, retries: 1 });
    const error = await failureOf(stub.unary({ text: "hi" }));
    const attempt = {
      endpoint: server.id,
      outcome: "answered",
      code: "resource_exhausted",
      durationMs: 0,
    };
    expect(attemptsOf(error)).toEqual([attempt, attempt]);
    const line = `kinds.KindsService/Unary failed as resource_exhausted after 2 attempts`;
    expect(logger.records).toEqual([{ level: "warn", message: expect.stringMatching(/./) }]);
    expect(logger.records[0]?.message.replace(/[[\]]/g, "")).toContain(line);
  });

  test("is empty for an error of someone else's", () => {
    expect([attemptsOf(new Error("x")), attemptsOf(undefined)]).toEqual([[], []]);
    expect(BusinessError.is(new Error("x"))).toBe(false);
  });
});

/** Tells when a clock is asked for a timer of a given length. */
function timersOf(clock: { setTimer(delayMs: number, fire: () => void): () => void }) {
  const original = clock.setTimer.bind(clock);
  const waiting = new Map<number, () => void>();
  clock.setTimer = (delayMs, fire) => {
    waiting.get(delayMs)?.();
    return original(delayMs, fire);
  };
  return {
    next: (delayMs: number) => new Promise<void>((resolve) => waiting.set(delayMs, resolve)),
  };
}
