import { countBetween, firstGapMs } from "./arrivals.js";

const arrivals = Float64Array.of(10, 20, 35, 50, 400, 410);

test("arrivals are counted from a time on and before another", () => {
  expect(countBetween(arrivals, 20, 50)).toBe(2);
  expect(countBetween(arrivals, 50)).toBe(3);
});

test.each([
  { fromMs: 15, lastMs: 50, why: "the last one before it" },
  { fromMs: 60, lastMs: 60, why: "the start itself if nothing comes for so long" },
  { fromMs: 395, lastMs: 410, why: "the last of all if nothing follows" },
])("the first pause after $fromMs begins at $lastMs: $why", ({ fromMs, lastMs }) => {
  expect(firstGapMs(arrivals, fromMs, 100)).toBe(lastMs);
});
