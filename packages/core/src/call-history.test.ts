import { ConnectError } from "@connectrpc/connect";
import type { AttemptRecord } from "./attempt.js";
import { attachAttempts, attemptsOf } from "./call-history.js";

const record: AttemptRecord = {
  endpoint: "a:1",
  outcome: "refused",
  code: "unavailable",
  durationMs: 3,
};

describe("attemptsOf", () => {
  test("finds what was attached", () => {
    const error = new ConnectError("x");
    attachAttempts(error, [record]);
    expect(attemptsOf(error)).toEqual([record]);
  });

  test("finds the newest when an error fails two calls", () => {
    const error = new ConnectError("x");
    attachAttempts(error, [record]);
    attachAttempts(error, [record, record]);
    expect(attemptsOf(error)).toEqual([record, record]);
  });

  test.each([
    { name: "an error that no call threw", value: new ConnectError("x") },
    { name: "a plain error", value: new Error("x") },
    { name: "text", value: "x" },
    { name: "null", value: null },
    { name: "undefined", value: undefined },
  ])("finds nothing in $name", ({ value }) => {
    expect(attemptsOf(value)).toEqual([]);
  });
});

test("the history does not show when an error is listed or copied", () => {
  const error = new ConnectError("x");
  const keys = Object.keys(error);
  attachAttempts(error, [record]);
  expect(Object.keys(error)).toEqual(keys);
  expect(Object.getOwnPropertySymbols({ ...error })).toEqual([]);
});
