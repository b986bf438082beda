import { Code, ConnectError } from "@connectrpc/connect";
import { type AttemptRecord, BusinessError, type FailedAttempt, type Outcome } from "@thrice/core";
import { describeAttempts, describeFailure, noteBudget } from "./describe-failure.js";

const records = (...endpoints: string[]): AttemptRecord[] =>
  endpoints.map((endpoint) => ({
    endpoint,
    outcome: "refused",
    code: "unavailable",
    durationMs: 1,
  }));

const failed = (outcome: Outcome, error: ConnectError): FailedAttempt => ({
  ok: false,
  endpoint: undefined,
  outcome,
  error,
});

describe("describeAttempts", () => {
  const many = Array.from({ length: 12 }, (_, at) => `h${at}`);
  test.each([
    { endpoints: ["a"], text: "1 attempt: a once" },
    { endpoints: ["a", "a"], text: "2 attempts: a twice" },
    { endpoints: ["a", "b", "a", "a"], text: "4 attempts: a 3 times, b once" },
    {
      endpoints: many.slice(0, 10),
      text: "10 attempts: h0 once, h1 once, h2 once, h3 once, h4 once, h5 once, h6 once, h7 once, h8 once, h9 once",
    },
    {
      endpoints: many,
      text: "12 attempts: h0 once, h1 once, h2 once, h3 once, h4 once, h5 once, h6 once, h7 once, h8 once, h9 once and 2 more",
    },
  ])("says $text", ({ endpoints, text }) => {
    expect(describeAttempts(records(...endpoints))).toBe(text);
  });
});

describe("describeFailure", () => {
  const error = new ConnectError(
    "gone",
    Code.Unavailable,
    { "x-shard": "7" },
    undefined,
    new Error("ECONNRESET"),
  );

  test.each([
    "refused",
    "connect-failed",
    "connection-lost",
    "attempt-timed-out",
    "deadline-passed",
    "cancelled",
    "rejected",
  ] as const)("adds the attempts to what ended as %s", (outcome) => {
    const described = describeFailure(failed(outcome, error), records("a", "b"));
    expect(described.outcome).toBe(outcome);
    expect(described.error.rawMessage).toBe("gone (2 attempts: a once, b once)");
    expect(described.error.message).toBe("[unavailable] gone (2 attempts: a once, b once)");
  });

  test("keeps code, metadata and cause", () => {
    const described = describeFailure(failed("connection-lost", error), records("a")).error;
    expect(described).toBeInstanceOf(ConnectError);
    expect(described.code).toBe(Code.Unavailable);
    expect(described.metadata.get("x-shard")).toBe("7");
    expect(described.cause).toBe(error.cause);
  });

  // A peer's own deadline_exceeded lost its details when it was counted as our timeout.
  test("keeps details", () => {
    const detailed = new ConnectError("late", Code.DeadlineExceeded);
    detailed.details.push({ type: "greet.Why", value: new Uint8Array([1]) });
    const described = describeFailure(failed("attempt-timed-out", detailed), records("a"));
    expect(described.error.details).toEqual(detailed.details);
  });

  test("leaves the given error as it was", () => {
    describeFailure(failed("refused", error), records("a"));
    expect(error.rawMessage).toBe("gone");
  });

  test("leaves a peer's own word as it is", () => {
    const failure = failed("answered", error);
    expect(describeFailure(failure, records("a", "b"))).toBe(failure);
  });

  test("adds nothing when nothing was sent", () => {
    const failure = failed("rejected", error);
    expect(describeFailure(failure, [])).toBe(failure);
  });
});

test("a failure that the budget cut short keeps its code, and a business error its kind", () => {
  const plain = failed("answered", new ConnectError("gone", Code.Unavailable));
  const business = failed("answered", new BusinessError("sold out"));
  expect(noteBudget(plain).error).toMatchObject({
    code: Code.Unavailable,
    rawMessage: "gone (not retried: the retry budget is spent; see retryBudget)",
  });
  expect(BusinessError.is(noteBudget(business).error)).toBe(true);
  expect(BusinessError.is(noteBudget(plain).error)).toBe(false);
});
