import { FakeClock } from "@thrice/core/testing";
import { RetryBudget } from "../retry/retry-budget.js";
import type { Throttle } from "../retry/throttle.js";
import { broadcast } from "../strategy/broadcast.js";
import { hedged } from "../strategy/hedged.js";
import { type BenchCall, CallBench, nothingLeft, strategy } from "../testing/call-bench.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";
import { CallCounters } from "./call-counters.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

/** What one call counts, without what stays 0. */
async function countedBy(call: BenchCall) {
  const counters = new CallCounters();
  await bench.play({ ...call, counters });
  return Object.fromEntries(Object.entries(counters).filter(([, count]) => count !== 0));
}

const unsent = failure({ outcome: "refused", neverSent: true });

test.each([
  {
    title: "a call that succeeds at once",
    call: { script: [answer()] },
    counts: { calls: 1, attempts: 1, picks: 1 },
  },
  {
    title: "a call that is repeated",
    call: { script: [failure(), failure(), answer()] },
    counts: { calls: 1, attempts: 3, retries: 2, picks: 3 },
  },
  {
    title: "a call that fails after its retries",
    call: { script: [failure(), failure(), failure()] },
    counts: { calls: 1, failedCalls: 1, attempts: 3, retries: 2, picks: 3 },
  },
  {
    title: "an attempt that never left",
    call: { script: [unsent, answer()] },
    counts: { calls: 1, attempts: 2, transparentRetries: 1, picks: 2 },
  },
  {
    title: "a hedge",
    call: { script: [silence, answer()], strategy: hedged({ delayMs: 10 }) },
    counts: { calls: 1, attempts: 2, hedges: 1, picks: 2 },
  },
  {
    title: "a broadcast to three",
    call: { script: [answer(), answer(), answer()], strategy: broadcast() },
    counts: { calls: 1, attempts: 3, planned: 2 },
  },
  {
    title: "a call without an endpoint",
    call: { names: [] },
    counts: { calls: 1, failedCalls: 1 },
  },
])("$title counts $counts", async ({ call, counts }) => {
  expect(await countedBy(call)).toEqual(counts);
});

test("a retry that the budget does not pay for is a refusal", async () => {
  const budget = new RetryBudget({ maxTokens: 0 }, new FakeClock());
  expect(await countedBy({ script: [failure()], budget })).toMatchObject({
    budgetRefusals: 1,
    attempts: 1,
  });
});

test("a call that the throttle holds back is counted, and sends nothing", async () => {
  const throttle: Throttle = {
    isCalm: false,
    admits: () => false,
    noteEnd: () => {},
    describe: () => "held back",
  };
  expect(await countedBy({ throttle })).toEqual({
    calls: 1,
    failedCalls: 1,
    throttled: 1,
    picks: 1,
  });
});

test("a call that is made anew counts as one more", async () => {
  const twice = strategy((call) => call.redo(strategy((again) => again.attempt(again.pick()))));
  expect(await countedBy({ script: [answer()], strategy: twice })).toMatchObject({
    calls: 2,
    attempts: 1,
  });
});
