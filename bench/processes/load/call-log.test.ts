import { CallLog } from "./call-log.js";

/** A call each 10 ms from 1 000 on, of which those of `failed` failed. */
function logOf(count: number, failed: (index: number) => boolean): CallLog {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return new CallLog({
    dueMs: Float64Array.from(indexes, (index) => 1_000 + 10 * index),
    tookMs: Float64Array.from(indexes, (index) => index + 1),
    codes: Int32Array.from(indexes, (index) => (failed(index) ? 14 : 0)),
  });
}

test("calls that ended with a code other than 0 are errors", () => {
  const log = logOf(100, (index) => index % 4 === 0);
  expect([log.count, log.errors, log.successRatio]).toEqual([100, 25, 0.75]);
});

test("a part of the log has the calls that were due in it, with the first moment and without the last", () => {
  const log = logOf(100, (index) => index < 50).between(1_400, 1_600);
  expect([log.count, log.errors, log.quantileMs(1)]).toEqual([20, 10, 60]);
});

test("quantiles leave the order of the calls alone", () => {
  const log = logOf(100, () => false);
  expect([
    log.quantileMs(0.5),
    log.quantileMs(0.99),
    log.between(1_000, 1_010).quantileMs(1),
  ]).toEqual([50, 99, 1]);
});

test("success is back when the calls of the next quarter of a second succeed", () => {
  const log = logOf(200, (index) => index < 80);
  expect(log.timeToSuccessMs(1_500, 1)).toBe(300);
  expect(log.timeToSuccessMs(1_500, 0.9)).toBe(280);
});

test("success that never comes back takes no time that could be told", () => {
  expect(logOf(200, () => true).timeToSuccessMs(1_500, 0.95)).toBeNaN();
});
