import { RateBudget } from "./rate-budget.js";

test("lets a burst through, then as many a second as it earns", () => {
  const budget = new RateBudget(10, 3, 0);
  const spendAt = (nowMs: number) => budget.spend(nowMs);
  expect([0, 0, 0, 0].map(spendAt)).toEqual([true, true, true, false]);
  expect([99, 100, 100].map(spendAt)).toEqual([false, true, false]);
  expect([10_000, 10_000, 10_000, 10_000].map(spendAt)).toEqual([true, true, true, false]);
  budget.fund(2);
  expect([10_000, 10_000, 10_000].map(spendAt)).toEqual([true, true, false]);
});
