import { type GradientLimitOptions, gradientLimit } from "./gradient-limit.js";

/** A server that works on `workers` calls at once, `workMs` each; the others wait. As many callers as the limit lets in. */
function settle(options: GradientLimitOptions, workers: number, workMs: number, rounds = 2_000) {
  const meter = gradientLimit(options).start();
  let nowMs = 0;
  const step = (work: number) => {
    const running = Math.floor(meter.limit);
    const tookMs = work * Math.max(1, running / workers);
    for (let call = 0; call < running; call++) {
      nowMs += tookMs / running;
      meter.note(tookMs, running, nowMs);
    }
  };
  for (let round = 0; round < rounds; round++) step(workMs);
  return { meter, step };
}

test("the limit finds about what a server can do at once", () => {
  const { meter } = settle({}, 50, 10, 400);
  expect(meter.limit).toBeGreaterThan(50);
  expect(meter.limit).toBeLessThan(110);
});

test("the limit falls when calls take longer, and returns when they are as quick as before", () => {
  const { meter, step } = settle({}, 50, 10, 400);
  const before = meter.limit;
  for (let i = 0; i < 20; i++) step(60);
  expect(meter.limit).toBeLessThan(before / 2);
  for (let i = 0; i < 400; i++) step(10);
  expect(meter.limit).toBeGreaterThan(before * 0.8);
});

test("few calls leave the limit where it is", () => {
  const meter = gradientLimit({ initialLimit: 100 }).start();
  for (let i = 0; i < 1_000; i++) meter.note(10, 3, i * 20);
  expect(meter.limit).toBe(100);
});

test("the limit keeps within its bounds", () => {
  expect(settle({ maxLimit: 30 }, 1_000, 10).meter.limit).toBe(30);
  const { meter, step } = settle({ minLimit: 7 }, 50, 10, 100);
  for (let i = 0; i < 100; i++) step(10_000 * (i + 1));
  expect(meter.limit).toBeGreaterThanOrEqual(7);
});

test.each([
  [{ minLimit: 0 }, "gradientLimit.minLimit must be a whole number from 1"],
  [{ minLimit: 9, maxLimit: 8 }, "gradientLimit.maxLimit must be a whole number from 9"],
  [{ initialLimit: 2 }, "gradientLimit.initialLimit must be a whole number from 4 to 1000, got 2"],
  [{ tolerance: 0.5 }, "gradientLimit.tolerance must be a number from 1 to 10, got 0.5"],
  [{ smoothing: 0 }, "gradientLimit.smoothing must be"],
  [{ headroom: null }, "gradientLimit.headroom must be"],
  [{ windowMs: 0 }, "gradientLimit.windowMs must be"],
  [{ windowCalls: 0 }, "gradientLimit.windowCalls must be"],
  [{ longWindows: 1 }, "gradientLimit.longWindows must be"],
])("refuses %j", (options, says) => {
  expect(() => gradientLimit(options as GradientLimitOptions)).toThrow(says);
});
