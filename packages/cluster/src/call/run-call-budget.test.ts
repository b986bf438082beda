/** What a call asks its budget for, and what it tells it. */
import { FakeClock } from "@thrice/core/testing";
import { RetryBudget } from "../retry/retry-budget.js";
import { CallBench, nothingLeft, strategy } from "../testing/call-bench.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const budgetOf = (startTokens: number) =>
  new RetryBudget({ startTokens, tokensPerSecond: 0, ratio: 1 }, new FakeClock());

describe("the budget", () => {
  test("pays for each retry of a call", async () => {
    const budget = budgetOf(3);
    await bench.play({ budget, script: [failure(), failure(), failure()] });
    expect(budget.tokens).toBe(1);
  });

  test("that is spent ends the call with what the last attempt said", async () => {
    const { result, wire } = await bench.play({
      budget: budgetOf(1),
      script: [failure(), failure({ text: "second" })],
      policy: { retries: 5 },
    });
    expect(wire.asked).toHaveLength(2);
    expect(result).toMatchObject({
      outcome: "answered",
      error: {
        rawMessage: "second (not retried: the retry budget is spent; see retryBudget)",
      },
    });
  });

  test("pays nothing until a server has got a request of the call", async () => {
    const budget = budgetOf(1);
    const down = failure({ outcome: "connect-failed" });
    const script = [down, down, failure(), down, answer()];
    const { result, wire } = await bench.play({ budget, script, policy: { retries: 4 } });
    expect([result.ok, wire.asked.length, budget.tokens]).toEqual([false, 4, 0]);
  });

  test("pays nothing for attempts that were planned", async () => {
    const all = strategy(async (call) => {
      const results = await Promise.all(
        call.endpoints.map((endpoint) => call.attempt(endpoint, { kind: "planned" })),
      );
      return results[0] ?? call.attempt(undefined);
    });
    const budget = budgetOf(0);
    const { wire } = await bench.play({
      budget,
      strategy: all,
      script: [failure(), failure(), failure()],
    });
    expect(wire.asked).toEqual(["a", "b", "c"]);
  });

  test("that refuses a hedge is not blamed for the failure of the call", async () => {
    const hedge = strategy(async (call) => {
      const first = call.attempt(call.pick());
      await call.attempt(call.pick(), { kind: "hedge" });
      return first;
    });
    const { result } = await bench.play({
      budget: budgetOf(0),
      strategy: hedge,
      script: [failure({ text: "down", afterMs: 5 })],
    });
    expect(result).toMatchObject({ error: { rawMessage: "down" } });
  });

  test("earns by a call that was answered well", async () => {
    const budget = budgetOf(5);
    await bench.play({ budget, script: [failure(), answer()] });
    expect(budget.tokens).toBe(5);
  });

  test("earns nothing by an answer that no endpoint gave", async () => {
    const budget = new RetryBudget({ startTokens: 1, ratio: 0.5 }, new FakeClock());
    const made = await bench.play({ script: [answer("made up")] });
    const pretend = strategy(async (call) => {
      await call.attempt(call.pick());
      await call.attempt(call.pick());
      return made.result;
    });
    const { result } = await bench.play({
      budget,
      strategy: pretend,
      script: [failure(), failure()],
    });
    expect([result.ok, budget.tokens]).toEqual([true, 0]);
  });

  test("earns nothing by a call that its caller cancelled", async () => {
    const budget = new RetryBudget({ startTokens: 1, ratio: 0.5 }, new FakeClock());
    budget.take("retry");
    const cancel = new AbortController();
    const call = bench.start({ budget, signal: cancel.signal, script: [silence] });
    cancel.abort();
    await call.end;
    expect(budget.tokens).toBe(0);
  });
});
