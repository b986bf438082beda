import type { RateLimit } from "@thrice/core";
import { fixedWindow } from "./fixed-window.js";
import { slidingWindow } from "./sliding-window.js";
import { tokenBucket } from "./token-bucket.js";

/** Takes calls at each of these times as long as they are let in, and says how many were. */
function letIn(limit: RateLimit, timesMs: readonly number[]): number {
  const meter = limit.start(0);
  return timesMs.filter((nowMs) => {
    if (meter.waitMs(nowMs) > 0) return false;
    meter.take(nowMs);
    return true;
  }).length;
}

const every = (stepMs: number, untilMs: number) =>
  Array.from({ length: untilMs / stepMs }, (_, i) => i * stepMs);

describe.each([
  ["fixedWindow", fixedWindow({ calls: 10, windowMs: 100 })],
  ["slidingWindow", slidingWindow({ calls: 10, windowMs: 100 })],
  ["tokenBucket", tokenBucket({ perSecond: 100, burst: 10 })],
] as const)("%s", (_, limit) => {
  test("lets a burst in, and no more at the same time", () => {
    expect(letIn(limit, Array(50).fill(0))).toBe(10);
  });

  test("lets its rate in in the long run, however many come", () => {
    const calls = letIn(limit, every(1, 10_000));
    expect(calls).toBeGreaterThanOrEqual(900);
    expect(calls).toBeLessThanOrEqual(1_010);
  });

  test("lets all in that keep to its rate", () => {
    expect(letIn(limit, every(12.5, 10_000))).toBe(800);
  });

  test("tells when the next call is within it, and not sooner", () => {
    const meter = limit.start(0);
    let nowMs = 0;
    for (let i = 0; i < 200; i++) {
      const waitMs = meter.waitMs(nowMs);
      if (waitMs > 0.001) expect(meter.waitMs(nowMs + waitMs / 2)).toBeGreaterThan(0);
      nowMs += waitMs + 1e-6;
      expect(meter.waitMs(nowMs)).toBe(0);
      meter.take(nowMs);
    }
  });

  test("counts for each meter on its own", () => {
    expect(letIn(limit, [0])).toBe(1);
    expect(letIn(limit, Array(10).fill(0))).toBe(10);
  });
});

test("a fixed window lets twice its calls in around its end, a sliding window does not", () => {
  const times = [...Array(10).fill(99), ...Array(10).fill(100)];
  expect(letIn(fixedWindow({ calls: 10, windowMs: 100 }), times)).toBe(20);
  expect(letIn(slidingWindow({ calls: 10, windowMs: 100 }), times)).toBe(10);
});

test("a token bucket holds no more than its burst after a quiet time", () => {
  expect(letIn(tokenBucket({ perSecond: 100, burst: 3 }), Array(9).fill(60_000))).toBe(3);
});

test.each([
  [() => fixedWindow({ calls: 0 }), "fixedWindow.calls must be a whole number from 1 to"],
  [() => fixedWindow({ calls: 1, windowMs: 0 }), "fixedWindow.windowMs must be a number from 1"],
  [() => slidingWindow({ calls: 1.5 }), "slidingWindow.calls must be a whole number"],
  [() => tokenBucket({ perSecond: 0 }), "tokenBucket.perSecond must be a number from 0.001"],
  [
    () => tokenBucket({ perSecond: 1, burst: 0 }),
    "tokenBucket.burst must be a whole number from 1",
  ],
])("wrong values are refused (%#)", (make, says) => {
  expect(make).toThrow(says);
});
