/**
 * gRPC's A6, on throttling, case by case.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md
 */
import { Code } from "@connectrpc/connect";
import { down, fatal, hedging, many, retrying, unsent } from "../testing/a6-calls.js";
import { type BenchCall, CallBench, nothingLeft } from "../testing/call-bench.js";
import { type AttemptScript, answer, failure } from "../testing/scripted-wire.js";
import { unlimitedBudget } from "./budget.js";
import { GrpcThrottle } from "./grpc-throttle.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const base = retrying();

describe("retryThrottling", () => {
  const throttle = (maxTokens = 10, tokenRatio = 0.1) =>
    new GrpcThrottle({ maxTokens, tokenRatio });
  const play = (budget: GrpcThrottle, script: readonly AttemptScript[], more: BenchCall = base) =>
    bench.play({ ...more, names: ["a"], budget, script });

  test("starts full, loses one by each failure and earns a share by each success", async () => {
    const budget = throttle();
    await play(budget, [down, answer()]);
    expect(budget.tokens).toBe(9.1);
    await play(budget, [answer()]);
    expect(budget.tokens).toBe(9.2);
  });

  test("never holds more than at the start, nor less than none", async () => {
    const budget = throttle(1, 1);
    await play(budget, [answer()]);
    expect(budget.tokens).toBe(1);
    await play(budget, [down]);
    await play(budget, [down]);
    expect(budget.tokens).toBe(0);
  });

  test("refuses retries when half of the tokens are left, at once, and never a first attempt", async () => {
    const budget = throttle(10);
    const first = await play(budget, many);
    const second = await play(budget, many);
    const third = await play(budget, many);
    const sent = [first, second, third].map(({ wire }) => wire.requests.length);
    expect(sent).toEqual([4, 1, 1]);
    expect(second.endedAtMs).toBe(0);
  });

  test("needs so many successes to go on again", async () => {
    const budget = throttle(10);
    for (let call = 0; call < 12; call++) await play(budget, many);
    expect(budget.tokens).toBe(0);
    for (let call = 0; call < 50; call++) budget.noteSuccess();
    expect(budget.hasBudget()).toBe(false);
    budget.noteSuccess();
    expect(budget.hasBudget()).toBe(true);
  });

  test.each([
    { title: "a fatal status", script: [fatal], tokens: 10 },
    {
      title: "a stop, whatever the status",
      script: [failure({ code: Code.NotFound, pushback: { kind: "stop" } })],
      tokens: 9,
    },
    { title: "a retryable status", script: [failure({ hadHeaders: true })], tokens: 9 },
    { title: "a transparent retry", script: [unsent, fatal], tokens: 10 },
  ] as const)("after $title has $tokens tokens", async ({ script, tokens }) => {
    const budget = throttle();
    await play(budget, script);
    expect(budget.tokens).toBe(tokens);
  });

  test("does not send hedges when half of the tokens are left", async () => {
    const budget = throttle(2);
    budget.noteFailure();
    const slow = answer("late", { afterMs: 1_000 });
    const { wire, result } = await play(budget, [slow], hedging());
    expect([wire.requests.length, result.ok]).toEqual([1, true]);
  });

  test("keeps its share of tokens when another config takes its place", () => {
    const before = throttle(10);
    before.noteFailure();
    const next = new GrpcThrottle({ maxTokens: 100, tokenRatio: 1 }, before);
    expect(next.tokens).toBe(90);
  });

  test("is not there unless the config has it", async () => {
    const sent: number[] = [];
    for (let call = 0; call < 5; call++) {
      const { wire } = await bench.play({ ...base, budget: unlimitedBudget, script: many });
      sent.push(wire.requests.length);
    }
    expect(sent).toEqual([4, 4, 4, 4, 4]);
  });
});
