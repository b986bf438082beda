/**
 * gRPC's A6, case by case, as it comes out of a service config and the strategies that stand for it.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md
 */
import { Code } from "@connectrpc/connect";
import type { Pushback, RetryPolicy } from "@thrice/core";
import { type BenchCall, CallBench, nothingLeft } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import {
  type AttemptScript,
  answer,
  failure,
  openStream,
  silence,
} from "../testing/scripted-wire.js";
import { unlimitedBudget } from "./budget.js";
import { GrpcThrottle } from "./grpc-throttle.js";
import { createRetryPredicate } from "./retry-predicate.js";
import { parseServiceConfig } from "./service-config-parse.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const retryPolicy = {
  maxAttempts: 4,
  initialBackoff: "0.1s",
  maxBackoff: "0.3s",
  backoffMultiplier: 2,
  retryableStatusCodes: ["UNAVAILABLE"],
};
const hedgingPolicy = {
  maxAttempts: 3,
  hedgingDelay: "0.1s",
  nonFatalStatusCodes: ["UNAVAILABLE"],
};

function rulesOf(fields: object) {
  const config = parseServiceConfig({ methodConfig: [{ name: [{}], ...fields }] });
  return config.rulesOf(methods.unary);
}

/** A call under a retry policy whose fields differ from those above. */
function retrying(fields: object = {}): Pick<BenchCall, "policy"> {
  const rules = rulesOf({ retryPolicy: { ...retryPolicy, ...fields } })?.retry;
  const { retries = 0, backoff = { baseMs: 0, maxMs: 0 }, codes = [] } = rules ?? {};
  const a6 = { backoffMultiplier: rules?.backoffMultiplier ?? 1 };
  return { policy: { retries, backoff, retryOn: createRetryPredicate(codes), a6 } };
}

/** A call under a hedging policy whose fields differ from those above. */
function hedging(fields: object = {}): Pick<BenchCall, "policy" | "strategy"> {
  const rules = rulesOf({ hedgingPolicy: { ...hedgingPolicy, ...fields } })?.hedging;
  const { retries = 0, nonFatalCodes = [] } = rules ?? {};
  const retryOn = createRetryPredicate(nonFatalCodes);
  const policy: Partial<RetryPolicy> = { retries, retryOn, a6: { backoffMultiplier: 1 } };
  return { policy, ...(rules && { strategy: rules.strategy }) };
}

const down = failure();
const fatal = failure({ code: Code.InvalidArgument });
const pushed = (pushback: Pushback) => failure({ pushback });
const after = (delayMs: number) => pushed({ kind: "after", delayMs });
const stop = pushed({ kind: "stop" });
const unsent = failure({ outcome: "refused", neverSent: true });
const refused = failure({ outcome: "refused" });
const committed = failure({ hadHeaders: true });
const unreachable = failure({ outcome: "connect-failed" });
const many = Array.from({ length: 10 }, () => down);

interface Case {
  readonly title: string;
  readonly script: readonly AttemptScript[];
  readonly more?: BenchCall;
  /** When each attempt begins, in milliseconds. Chance draws the middle, so that pauses are 100, 200, 300, 300. */
  readonly at: readonly number[];
  readonly ok: boolean;
}

const retryCases: readonly Case[] = [
  // attempts
  { title: "a success is not repeated", script: [answer()], at: [0], ok: true },
  { title: "a retryable status is", script: [down, answer()], at: [0, 100], ok: true },
  { title: "up to maxAttempts", script: many, at: [0, 100, 300, 600], ok: false },
  {
    title: "two of them",
    script: many,
    more: retrying({ maxAttempts: 2 }),
    at: [0, 100],
    ok: false,
  },
  {
    title: "five at most",
    script: many,
    more: retrying({ maxAttempts: 9 }),
    at: [0, 100, 300, 600, 900],
    ok: false,
  },
  // statuses
  { title: "another status is fatal", script: [fatal], at: [0], ok: false },
  { title: "also after a retry", script: [down, fatal], at: [0, 100], ok: false },
  {
    title: "a status by its number",
    script: [failure({ code: Code.Aborted }), answer()],
    more: retrying({ retryableStatusCodes: [10] }),
    at: [0, 100],
    ok: true,
  },
  {
    title: "unavailable is fatal when it is not listed",
    script: [down],
    more: retrying({ retryableStatusCodes: ["ABORTED"] }),
    at: [0],
    ok: false,
  },
  {
    title: "so is a connection that cannot be opened",
    script: [unreachable],
    more: retrying({ retryableStatusCodes: ["ABORTED"] }),
    at: [0],
    ok: false,
  },
  { title: "which is repeated if listed", script: [unreachable, answer()], at: [0, 100], ok: true },
  {
    title: "a connection that broke counts as unavailable",
    script: [failure({ outcome: "connection-lost" }), answer()],
    at: [0, 100],
    ok: true,
  },
  // backoff
  {
    title: "the least pause",
    script: many,
    more: { random: () => 0 },
    at: [0, 80, 240, 480],
    ok: false,
  },
  {
    title: "the longest pause",
    script: many,
    more: { random: () => 1 },
    at: [0, 120, 360, 720],
    ok: false,
  },
  {
    title: "a multiplier of one",
    script: many,
    more: retrying({ backoffMultiplier: 1 }),
    at: [0, 100, 200, 300],
    ok: false,
  },
  {
    title: "a multiplier below one",
    script: many,
    more: retrying({ backoffMultiplier: 0.5 }),
    at: [0, 100, 150, 175],
    ok: false,
  },
  {
    title: "an initial pause above the maximum",
    script: many,
    more: retrying({ maxBackoff: "0.05s" }),
    at: [0, 50, 100, 150],
    ok: false,
  },
  // pushback
  {
    title: "pushback is waited for to the letter",
    script: [after(7), answer()],
    at: [0, 7],
    ok: true,
  },
  { title: "of zero, not at all", script: [after(0), answer()], at: [0, 0], ok: true },
  { title: "above the maximum too", script: [after(5_000), answer()], at: [0, 5_000], ok: true },
  {
    title: "and lets pauses begin anew",
    script: [down, after(7), down, answer()],
    at: [0, 100, 107, 207],
    ok: true,
  },
  {
    title: "again and again",
    script: [after(7), after(8), after(9), down],
    at: [0, 7, 15, 24],
    ok: false,
  },
  {
    title: "it does not add attempts",
    script: Array.from({ length: 9 }, () => after(1)),
    at: [0, 1, 2, 3],
    ok: false,
  },
  {
    title: "it does not make a fatal status retryable",
    script: [failure({ code: Code.NotFound, pushback: { kind: "after", delayMs: 1 } })],
    at: [0],
    ok: false,
  },
  { title: "a stop is obeyed", script: [stop], at: [0], ok: false },
  { title: "a stop is obeyed later too", script: [down, stop], at: [0, 100], ok: false },
  // commit point
  { title: "headers commit the call", script: [committed], at: [0], ok: false },
  { title: "also after a retry", script: [down, committed], at: [0, 100], ok: false },
  {
    title: "a request beyond its buffer commits the call",
    script: [down],
    more: { whyNotReplayable: () => "too large" },
    at: [0],
    ok: false,
  },
  // transparent retries
  {
    title: "what never left is repeated at once",
    script: [unsent, answer()],
    at: [0, 0],
    ok: true,
  },
  { title: "without counting", script: [unsent, ...many], at: [0, 0, 100, 300, 600], ok: false },
  {
    title: "what was refused is repeated at once",
    script: [refused, answer()],
    at: [0, 0],
    ok: true,
  },
  {
    title: "once, then by the policy",
    script: [refused, refused, answer()],
    at: [0, 0, 100],
    ok: true,
  },
  {
    title: "once in a call",
    script: [refused, down, refused, answer()],
    at: [0, 0, 100, 300],
    ok: true,
  },
  {
    title: "by no policy, if it does not list unavailable",
    script: [refused, refused],
    more: retrying({ retryableStatusCodes: ["ABORTED"] }),
    at: [0, 0],
    ok: false,
  },
  {
    title: "what a handler saw is left to the policy",
    script: [down, answer()],
    at: [0, 100],
    ok: true,
  },
  // time
  {
    title: "a retry within the deadline",
    script: [down, answer()],
    more: { timeoutMs: 101 },
    at: [0, 100],
    ok: true,
  },
  { title: "none after it", script: [down], more: { timeoutMs: 100 }, at: [0], ok: false },
  {
    title: "pushback beyond it",
    script: [after(200)],
    more: { timeoutMs: 150 },
    at: [0],
    ok: false,
  },
  {
    title: "the deadline ends an attempt, and the call",
    script: [down, silence],
    more: { timeoutMs: 150 },
    at: [0, 100],
    ok: false,
  },
];

const base = retrying();

describe("a retryPolicy", () => {
  test.each(retryCases)("$title: attempts at $at", async ({ script, more = {}, at, ok }) => {
    const names = ["a"];
    const policy = { ...base.policy, ...more.policy };
    const { result, wire } = await bench.play({ names, ...more, policy, script });
    expect(wire.requests.map(({ atMs }) => Math.round(atMs))).toEqual(at);
    expect(result.ok).toBe(ok);
  });

  test("tells each attempt how many came before, transparent ones left out", async () => {
    const script = [unsent, down, refused, down, answer()];
    const { wire } = await bench.play({ ...base, script });
    expect(wire.requests.map(({ previousAttempts }) => previousAttempts)).toEqual([0, 0, 1, 1, 2]);
  });

  test("tells each attempt the time that is left", async () => {
    const { wire } = await bench.play({
      ...base,
      script: [down, down, answer()],
      timeoutMs: 1_000,
    });
    expect(wire.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([1_000, 900, 700]);
  });

  test("is over when the caller cancels during a pause", async () => {
    const cancel = new AbortController();
    const call = bench.start({ ...base, script: [down], signal: cancel.signal });
    await call.clock.advance(50);
    cancel.abort();
    expect((await call.end).result).toMatchObject({ outcome: "cancelled" });
    expect(call.wire.requests).toHaveLength(1);
  });

  test("is over with the beginning of a stream", async () => {
    const call = bench.start({
      ...base,
      method: methods.serverStream,
      script: [down, openStream()],
    });
    await call.clock.advance(100);
    call.wire.finish(1);
    expect((await call.end).result.ok).toBe(true);
  });
});

describe("a hedgingPolicy", () => {
  const slow = answer("late", { afterMs: 1_000 });
  const cases: readonly (Case & { readonly cancelled?: number })[] = [
    {
      title: "one that answers in time is not hedged",
      script: [answer("x", { afterMs: 99 })],
      at: [0],
      ok: true,
    },
    {
      title: "one that is late is",
      script: [slow, answer()],
      at: [0, 100],
      ok: true,
      cancelled: 1,
    },
    {
      title: "up to maxAttempts",
      script: [slow, slow, slow],
      at: [0, 100, 200],
      ok: true,
      cancelled: 2,
    },
    {
      title: "without a delay all go at once",
      script: [slow, slow, answer()],
      more: hedging({ hedgingDelay: undefined }),
      at: [0, 0, 0],
      ok: true,
      cancelled: 2,
    },
    {
      title: "one that fails brings the next at once",
      script: [failure({ afterMs: 30 }), answer()],
      at: [0, 30],
      ok: true,
    },
    {
      title: "and the one after that in its time",
      script: [failure({ afterMs: 30 }), slow, answer()],
      at: [0, 30, 130],
      ok: true,
      cancelled: 1,
    },
    { title: "all fail", script: [down, down, down], at: [0, 0, 0], ok: false },
    {
      title: "a fatal status ends all",
      script: [slow, fatal],
      at: [0, 100],
      ok: false,
      cancelled: 1,
    },
    { title: "a fatal status of the first", script: [fatal], at: [0], ok: false },
    {
      title: "no status is named as harmless",
      script: [down],
      more: hedging({ nonFatalStatusCodes: [] }),
      at: [0],
      ok: false,
    },
    {
      title: "headers commit the call",
      script: [slow, committed],
      at: [0, 100],
      ok: false,
      cancelled: 1,
    },
    { title: "a stop ends hedging, not what runs", script: [slow, stop], at: [0, 100], ok: true },
    {
      title: "a pushback puts the next one off",
      script: [after(250), slow, answer()],
      at: [0, 250, 350],
      ok: true,
      cancelled: 1,
    },
    {
      title: "a pushback of zero",
      script: [slow, after(0), answer()],
      at: [0, 100, 100],
      ok: true,
      cancelled: 1,
    },
    {
      title: "what never left is repeated and not counted",
      script: [unsent, slow, slow, slow],
      at: [0, 0, 100, 200],
      ok: true,
      cancelled: 2,
    },
    {
      title: "the deadline ends all",
      script: [silence, silence],
      more: { timeoutMs: 150 },
      at: [0, 100],
      ok: false,
      cancelled: 2,
    },
    {
      title: "a request beyond its buffer is not hedged",
      script: [slow],
      more: { whyNotReplayable: () => "too large" },
      at: [0],
      ok: true,
    },
  ];

  test.each(cases)(
    "$title: attempts at $at",
    async ({ script, more = {}, at, ok, cancelled = 0 }) => {
      const call = await bench.play({ ...hedging(), ...more, script });
      expect(call.wire.requests.map(({ atMs }) => atMs)).toEqual(at);
      expect(call.result.ok).toBe(ok);
      expect(call.wire.cancels).toHaveLength(cancelled);
    },
  );

  test("sends each hedge to another endpoint", async () => {
    const { wire } = await bench.play({ ...hedging(), script: [slow, slow, slow] });
    expect(wire.asked).toEqual(["a", "b", "c"]);
  });

  test("answers with the last failure when all fail", async () => {
    const script = [down, down, failure({ text: "the last" })];
    const { result } = await bench.play({ ...hedging(), script });
    expect(result).toMatchObject({ error: { rawMessage: "the last" } });
  });
});

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
