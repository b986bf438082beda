import { Code, ConnectError } from "@connectrpc/connect";
import type { FailedAttempt, Pushback } from "@thrice/core";
import { endpoint } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { defaultBackoff } from "./backoff.js";
import { decideRetry, type RetryContext, type RetryDecision } from "./decide-retry.js";
import { retryByDefault } from "./retry-predicate.js";

const [a, b] = [endpoint("a"), endpoint("b")];
const at = (afterMs: number): RetryDecision => ({ kind: "retry", afterMs });
const stop = (reason: string) => ({ kind: "stop", reason });
const failed = (rest: Partial<FailedAttempt> = {}): FailedAttempt => ({
  ok: false,
  endpoint: a,
  outcome: "answered",
  error: new ConnectError("x", Code.Unavailable),
  ...rest,
});
const after = (delayMs: number): Pushback => ({ kind: "after", delayMs });
const context = (rest: Partial<RetryContext> = {}): RetryContext => ({
  method: methods.unary,
  policy: { retries: 9, retriesSet: true, retryOn: retryByDefault, backoff: defaultBackoff },
  random: () => 0.5,
  tried: [a],
  endpoints: [a, b],
  remainingMs: () => Number.POSITIVE_INFINITY,
  ...rest,
});

describe("decideRetry, by pause", () => {
  test.each([
    { name: "first, another endpoint is left", retry: 1, tried: [a], endpoints: [a, b], ms: 0 },
    { name: "first, a new endpoint has come", retry: 1, tried: [a], endpoints: [b], ms: 0 },
    { name: "first, only the same endpoint", retry: 1, tried: [a], endpoints: [a], ms: 12.5 },
    { name: "first, no endpoint at all", retry: 1, tried: [a], endpoints: [], ms: 12.5 },
    { name: "second, another endpoint is left", retry: 2, tried: [a], endpoints: [a, b], ms: 25 },
    { name: "third, all were tried", retry: 3, tried: [a, b], endpoints: [a, b], ms: 50 },
  ])("waits $ms ms before a retry: $name", ({ retry, tried, endpoints, ms }) => {
    expect(decideRetry(failed(), context({ tried, endpoints }), retry)).toEqual(at(ms));
  });

  test("knows an endpoint by its id, since snapshots make new objects", () => {
    const endpoints = [endpoint("a")];
    expect(decideRetry(failed(), context({ endpoints }), 1)).toEqual(at(12.5));
  });
});

describe("decideRetry, by pushback", () => {
  test.each([
    { name: "instead of going at once", delayMs: 700, retry: 1 },
    { name: "instead of the backoff", delayMs: 700, retry: 3 },
    { name: "0 included", delayMs: 0, retry: 3 },
  ])("waits as long as the server says, $name", ({ delayMs, retry }) => {
    expect(decideRetry(failed({ pushback: after(delayMs) }), context(), retry)).toEqual(
      at(delayMs),
    );
  });

  test.each([{ outcome: "answered" }, { outcome: "refused" }] as const)(
    "stops when the server says so, also if the attempt was $outcome",
    ({ outcome }) => {
      const failure = failed({ outcome, pushback: { kind: "stop" } });
      expect(decideRetry(failure, context(), 1)).toEqual(stop("server-said-stop"));
    },
  );

  test("does not let a server's pushback ask for a retry that the policy forbids", () => {
    const error = new ConnectError("x", Code.NotFound);
    const failure = failed({ error, pushback: after(0) });
    expect(decideRetry(failure, context(), 1)).toEqual(stop("not-retryable"));
  });
});

describe("decideRetry, by time left", () => {
  test.each([
    { leftMs: 26, delayMs: 25, decision: at(25) },
    { leftMs: 25, delayMs: 25, decision: stop("past-deadline") },
    { leftMs: 24, delayMs: 25, decision: stop("past-deadline") },
    { leftMs: 1, delayMs: 0, decision: at(0) },
    { leftMs: 0, delayMs: 0, decision: stop("past-deadline") },
  ])("with $leftMs ms left and a pause of $delayMs ms: $decision.kind", (row) => {
    const { leftMs, delayMs, decision } = row;
    const call = context({ remainingMs: () => leftMs });
    expect(decideRetry(failed({ pushback: after(delayMs) }), call, 2)).toEqual(decision);
  });

  test("measures the drawn pause, not its bound", () => {
    const call = context({ remainingMs: () => 20, random: () => 0.1 });
    expect(decideRetry(failed(), call, 3)).toEqual(at(10));
  });
});

describe("decideRetry, by how long answers take", () => {
  const half = (ms: number | undefined) => ({ latencyQuantileMs: () => ms });

  test.each([
    { leftMs: 61, answerMs: 35, kind: "retry" },
    { leftMs: 60, answerMs: 35, kind: "stop" },
    { leftMs: 26, answerMs: undefined, kind: "retry" },
    { leftMs: Number.POSITIVE_INFINITY, answerMs: 1e9, kind: "retry" },
  ])("with $leftMs ms left, 25 ms to wait and $answerMs ms to answer: $kind", (row) => {
    const call = context({ ...half(row.answerMs), remainingMs: () => row.leftMs });
    expect(decideRetry(failed({ pushback: after(25) }), call, 2).kind).toBe(row.kind);
  });
});

test("decideRetry lets pauses begin anew after a pushback", () => {
  const waits = [2, 3, 4].map((retry) =>
    decideRetry(failed(), context({ tried: [a, b], attemptsAtPushback: 1 }), retry),
  );
  expect(waits).toEqual([at(12.5), at(25), at(50)]);
});
