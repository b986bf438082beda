import { Code, ConnectError } from "@connectrpc/connect";
import { BusinessError, type FailedAttempt, type Outcome } from "@thrice/core";
import { createRetryPredicate, retryByDefault } from "./retry-predicate.js";

const failed = (
  code: Code,
  outcome: Outcome = "answered",
  error = new ConnectError("x", code),
): FailedAttempt => ({ ok: false, endpoint: undefined, outcome, error });

const business = failed(Code.Unknown, "answered", new BusinessError("out of stock"));

describe("retryByDefault", () => {
  test.each([
    { name: "Unavailable", worth: true },
    { name: "Unknown", worth: true },
    { name: "Internal", worth: true },
    { name: "Aborted", worth: true },
    { name: "ResourceExhausted", worth: true },
    { name: "Canceled", worth: false },
    { name: "InvalidArgument", worth: false },
    { name: "DeadlineExceeded", worth: false },
    { name: "NotFound", worth: false },
    { name: "AlreadyExists", worth: false },
    { name: "PermissionDenied", worth: false },
    { name: "FailedPrecondition", worth: false },
    { name: "OutOfRange", worth: false },
    { name: "Unimplemented", worth: false },
    { name: "DataLoss", worth: false },
    { name: "Unauthenticated", worth: false },
  ] as const)("judges a peer's status $name worth another attempt: $worth", ({ name, worth }) => {
    expect(retryByDefault(failed(Code[name]))).toBe(worth);
  });

  test.each([
    { outcome: "attempt-timed-out", code: Code.DeadlineExceeded },
    { outcome: "connection-lost", code: Code.Unavailable },
    { outcome: "connection-lost", code: Code.DataLoss },
  ] as const)("repeats what ended as $outcome, whatever its code", ({ outcome, code }) => {
    expect(retryByDefault(failed(code, outcome))).toBe(true);
  });

  test("never repeats a business error, although its code is unknown", () => {
    expect(retryByDefault(business)).toBe(false);
  });
});

describe("createRetryPredicate", () => {
  test.each([
    { name: "a listed status", failure: failed(Code.NotFound), worth: true },
    { name: "a status that is not listed", failure: failed(Code.Unavailable), worth: false },
    { name: "a business error, although unknown is listed", failure: business, worth: false },
    {
      name: "a listed code of another origin",
      failure: failed(Code.DeadlineExceeded, "attempt-timed-out"),
      worth: true,
    },
    {
      name: "another origin, not listed",
      failure: failed(Code.Unavailable, "connection-lost"),
      worth: false,
    },
  ])("with a list of codes, repeats $name: $worth", ({ failure, worth }) => {
    const retryOn = createRetryPredicate([Code.NotFound, Code.Unknown, Code.DeadlineExceeded]);
    expect(retryOn(failure)).toBe(worth);
  });

  test("with an empty list, repeats nothing", () => {
    expect(createRetryPredicate([])(failed(Code.Unavailable))).toBe(false);
  });

  test("asks a function as it is, business errors included", () => {
    const seen: FailedAttempt[] = [];
    const retryOn = createRetryPredicate((failure) => seen.push(failure) > 0);
    expect(retryOn(business)).toBe(true);
    expect(seen).toEqual([business]);
  });
});

test("a retryOn that answers with a promise is refused, for a promise would always mean yes", () => {
  const retryOn = createRetryPredicate((async () => false) as never);
  const failure = { ok: false, endpoint: undefined, outcome: "answered" } as never;
  expect(() => retryOn(failure)).toThrow("retryOn must return true or false, got Promise");
});
