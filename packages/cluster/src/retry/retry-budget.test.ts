import { FakeClock } from "@thrice/core/testing";
import { RetryBudget, type RetryBudgetOptions } from "./retry-budget.js";

function open(options: RetryBudgetOptions = {}) {
  const clock = new FakeClock();
  return { clock, budget: new RetryBudget(options, clock) };
}

/** Takes what is there, and says how many it was. */
function drain(budget: RetryBudget, kind: "retry" | "hedge" = "retry"): number {
  let taken = 0;
  while (budget.take(kind)) taken++;
  return taken;
}

function succeed(budget: RetryBudget, times: number): void {
  for (let i = 0; i < times; i++) budget.noteSuccess();
}

describe("RetryBudget", () => {
  test("pays for four retries at the start, and then for one in five successes", () => {
    const { budget } = open();
    expect(drain(budget)).toBe(4);
    succeed(budget, 4);
    expect(budget.hasBudget("retry")).toBe(false);
    succeed(budget, 1);
    expect([budget.hasBudget("retry"), drain(budget)]).toEqual([true, 1]);
  });

  test("begins with as many as the largest number of retries that is expected, once", () => {
    const { budget } = open();
    budget.expectRetries(6);
    budget.expectRetries(6);
    budget.expectRetries(2);
    expect(drain(budget)).toBe(6);
    budget.expectRetries(7);
    expect(drain(budget)).toBe(1);
  });

  test("that was told to begin with none does so, whatever is expected", () => {
    const { budget } = open({ startTokens: 0, tokensPerSecond: 0 });
    budget.expectRetries(6);
    expect(drain(budget)).toBe(0);
  });

  test("fills up to its start in time, and no further", async () => {
    const { clock, budget } = open();
    expect(drain(budget)).toBe(4);
    await clock.advance(9_999);
    expect(drain(budget)).toBe(0);
    await clock.advance(1);
    expect(drain(budget)).toBe(1);
    await clock.advance(3_600_000);
    expect(drain(budget)).toBe(4);
  });

  test.each([
    { title: "what ten seconds of a small client earned", perSecond: 4, saved: 8 },
    { title: "its start, for a tiny one", perSecond: 1, saved: 4 },
    { title: "maxTokens, for a large one", perSecond: 500, saved: 20 },
  ])("saves up $title: $saved", async ({ perSecond, saved }) => {
    const { clock, budget } = open();
    for (let second = 0; second < 60; second++) {
      succeed(budget, perSecond);
      await clock.advance(1_000);
    }
    expect(Math.round(budget.tokens)).toBe(saved);
  });

  test("lets half of what was earned go into hedges", async () => {
    const { clock, budget } = open();
    succeed(budget, 10_000);
    await clock.advance(10_000);
    expect(drain(budget, "hedge")).toBe(10);
    expect(budget.hasBudget("hedge")).toBe(false);
    expect(drain(budget)).toBe(10);
  });

  test("refuses a hedge when retries have taken everything", () => {
    const { budget } = open();
    drain(budget);
    expect([budget.hasBudget("hedge"), budget.take("hedge")]).toEqual([false, false]);
  });

  test("takes a clock that jumps back, and goes on from there", async () => {
    let nowMs = 50_000;
    const budget = new RetryBudget({}, { nowMs: () => nowMs });
    drain(budget);
    nowMs = 0;
    expect(drain(budget)).toBe(0);
    nowMs = 10_000;
    expect(drain(budget)).toBe(1);
  });

  test.each([
    { options: { ratio: -1 }, says: "retryBudget.ratio must be a number from 0 to 10, got -1" },
    { options: { ratio: Number.NaN }, says: "retryBudget.ratio must be a number from 0 to 10" },
    { options: { hedgeRatio: 0.3 }, says: "retryBudget.hedgeRatio must be a number from 0 to 0.2" },
    {
      options: { maxTokens: null },
      says: "retryBudget.maxTokens must be a number from 0 to 10000",
    },
    {
      options: { maxTokens: 3, startTokens: 4 },
      says: "retryBudget.startTokens must be a number from 0 to 3, got 4",
    },
    { options: { tokensPerSecond: "1" }, says: "retryBudget.tokensPerSecond must be a number" },
    { options: { rate: 1 }, says: "retryBudget: unknown option 'rate'" },
    { options: null, says: "retryBudget must be an object, got null" },
  ])("refuses $options", ({ options, says }) => {
    expect(() => open(options as never)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });
});
