import { Code, ConnectError } from "@connectrpc/connect";
import { BusinessError, type FailedAttempt, type Outcome, type RetryPolicy } from "@thrice/core";
import { endpoint } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { defaultBackoff } from "./backoff.js";
import { decideRetry, type RetryContext, type RetryDecision } from "./decide-retry.js";
import { createRetryPredicate, retryByDefault } from "./retry-predicate.js";

const [a, b] = [endpoint("a"), endpoint("b")];
const at = (afterMs: number): RetryDecision => ({ kind: "retry", afterMs });
const stop = (reason: string) => ({ kind: "stop", reason });

function failed(init: Partial<FailedAttempt> & { code?: Code } = {}): FailedAttempt {
  const { code = Code.Unavailable, ...rest } = init;
  return {
    ok: false,
    endpoint: a,
    outcome: "answered",
    error: new ConnectError("x", code),
    ...rest,
  };
}

type ContextInit = Partial<Omit<RetryContext, "policy">> & { policy?: Partial<RetryPolicy> };

function context({ policy, ...rest }: ContextInit = {}): RetryContext {
  return {
    method: methods.unary,
    random: () => 0.5,
    tried: [a],
    endpoints: [a, b],
    remainingMs: () => Number.POSITIVE_INFINITY,
    ...rest,
    policy: {
      retries: 2,
      retriesSet: true,
      retryOn: retryByDefault,
      backoff: defaultBackoff,
      ...policy,
    },
  };
}

describe("decideRetry, by outcome", () => {
  const policies = {
    "unset, not idempotent": { method: methods.unary, policy: { retriesSet: false } },
    "unset, NO_SIDE_EFFECTS": { method: methods.pure, policy: { retriesSet: false } },
    "unset, IDEMPOTENT": { method: methods.idempotent, policy: { retriesSet: false } },
    "set, not idempotent": { method: methods.unary, policy: { retriesSet: true } },
    "set, NO_SIDE_EFFECTS": { method: methods.pure, policy: { retriesSet: true } },
  };
  type Row = { outcome: Outcome; unset: RetryDecision["kind"] | "not-safe"; rest: string };
  const rows: Row[] = [
    { outcome: "refused", unset: "retry", rest: "retry" },
    { outcome: "connect-failed", unset: "retry", rest: "retry" },
    { outcome: "answered", unset: "not-safe", rest: "retry" },
    { outcome: "connection-lost", unset: "not-safe", rest: "retry" },
    { outcome: "attempt-timed-out", unset: "not-safe", rest: "retry" },
  ];
  const over: Outcome[] = ["deadline-passed", "cancelled", "rejected"];
  const table = Object.entries(policies).flatMap(([name, policy]) => [
    ...rows.map(({ outcome, unset, rest }) => ({
      name,
      policy,
      outcome,
      verdict: name === "unset, not idempotent" ? unset : rest,
    })),
    ...over.map((outcome) => ({ name, policy, outcome, verdict: "call-is-over" })),
  ]);

  test.each(table)("retries $name: $outcome leads to $verdict", ({ policy, outcome, verdict }) => {
    const decision = decideRetry(failed({ outcome }), context(policy), 1);
    expect(decision).toEqual(verdict === "retry" ? at(0) : stop(verdict));
  });

  test.each([
    { kind: "serverStream", method: methods.serverStream },
    { kind: "clientStream", method: methods.clientStream },
    { kind: "bidi", method: methods.bidi },
  ])("treats a $kind method like a unary one", ({ method }) => {
    expect(decideRetry(failed(), context({ method }), 1)).toEqual(at(0));
    const unset = context({ method, policy: { retriesSet: false } });
    expect(decideRetry(failed(), unset, 1)).toEqual(stop("not-safe"));
    expect(decideRetry(failed({ outcome: "refused" }), unset, 1)).toEqual(at(0));
  });
});

describe("decideRetry, by status", () => {
  const retryable = ["Unavailable", "Unknown", "Internal", "Aborted", "ResourceExhausted"] as const;
  const final = [
    "Canceled",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "FailedPrecondition",
    "OutOfRange",
    "Unimplemented",
    "DataLoss",
    "Unauthenticated",
  ] as const;

  test.each(retryable)("repeats a peer's %s", (name) => {
    expect(decideRetry(failed({ code: Code[name] }), context(), 1)).toEqual(at(0));
  });

  test.each(final)("leaves a peer's %s", (name) => {
    expect(decideRetry(failed({ code: Code[name] }), context(), 1)).toEqual(stop("not-retryable"));
  });

  test("leaves a business error", () => {
    const failure = failed({ error: new BusinessError("out of stock") });
    expect(decideRetry(failure, context(), 1)).toEqual(stop("not-retryable"));
  });

  test.each([
    { name: "codes that list it", retryOn: [Code.NotFound], decision: at(0) },
    { name: "codes that do not", retryOn: [Code.Aborted], decision: stop("not-retryable") },
    { name: "a function that says yes", retryOn: () => true, decision: at(0) },
    { name: "a function that says no", retryOn: () => false, decision: stop("not-retryable") },
  ])("follows retryOn for not_found: $name", ({ retryOn, decision }) => {
    const policy = { retryOn: createRetryPredicate(retryOn) };
    expect(decideRetry(failed({ code: Code.NotFound }), context({ policy }), 1)).toEqual(decision);
  });

  test("repeats what never reached a handler, whatever retryOn says", () => {
    const policy = { retryOn: () => false };
    expect(decideRetry(failed({ outcome: "refused" }), context({ policy }), 1)).toEqual(at(0));
  });

  test("lets retryOn widen what is retryable, not what is safe", () => {
    const policy = { retriesSet: false, retryOn: () => true };
    expect(decideRetry(failed(), context({ policy }), 1)).toEqual(stop("not-safe"));
  });
});

describe("decideRetry, by number of retries", () => {
  test.each([
    { retries: 0, retry: 1, kind: "stop" },
    { retries: 1, retry: 1, kind: "retry" },
    { retries: 1, retry: 2, kind: "stop" },
    { retries: 2, retry: 2, kind: "retry" },
    { retries: 2, retry: 3, kind: "stop" },
  ])("with retries $retries, retry number $retry: $kind", ({ retries, retry, kind }) => {
    expect(decideRetry(failed(), context({ policy: { retries } }), retry).kind).toBe(kind);
  });

  test("an explicit 0 also stops what is safe to repeat", () => {
    const policy = { retries: 0 };
    const decision = decideRetry(failed({ outcome: "connect-failed" }), context({ policy }), 1);
    expect(decision).toEqual(stop("no-retries-left"));
  });
});

describe("decideRetry, of what an attempt interceptor failed", () => {
  const failure = (code: Code) => failed({ outcome: "rejected", isRepeatable: true, code });

  test.each([
    { code: "Unavailable", kind: "retry" },
    { code: "Unauthenticated", kind: "stop" },
  ] as const)("lets the code decide: $code leads to $kind", ({ code, kind }) => {
    expect(decideRetry(failure(Code[code]), context(), 1).kind).toBe(kind);
  });

  test("repeats a method that may not be repeated, as nothing was sent", () => {
    const call = context({ policy: { retriesSet: false } });
    expect(decideRetry(failure(Code.Unavailable), call, 1)).toEqual(at(0));
  });

  test("heeds retryOn", () => {
    const call = context({ policy: { retryOn: createRetryPredicate([Code.Unauthenticated]) } });
    expect(decideRetry(failure(Code.Unauthenticated), call, 1)).toEqual(at(0));
    expect(decideRetry(failure(Code.Unavailable), call, 1)).toEqual(stop("not-retryable"));
  });
});

test("decideRetry tells its call what it decided", () => {
  const decisions: RetryDecision[] = [];
  const call = context({ noteDecision: (decision) => decisions.push(decision) });
  decideRetry(failed(), call, 1);
  decideRetry(failed(), call, 3);
  expect(decisions).toEqual([at(0), stop("no-retries-left")]);
});
