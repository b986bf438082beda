/** What every cluster strategy owes its callers, as tests that any runner can run. */
import assert from "node:assert/strict";
import { Code } from "@connectrpc/connect";
import type { AttemptResult, ClusterStrategy, Outcome } from "@thrice/core";
import { type BenchCall, CallBench, ChangingDirectory, nothingLeft } from "./call-bench.js";
import { methods } from "./greet-service.js";
import { type AttemptScript, answer, failure, openStream, silence } from "./scripted-wire.js";

/** The functions of a test runner: those of jest and vitest are global, those of `node:test` can be imported. */
export interface TestRunner {
  describe(title: string, define: () => void): void;
  test(title: string, run: () => Promise<void>): void;
}

/**
 * Describes what a strategy has to do whatever else it does: settle, with a result, when endpoints answer, fail, are silent or
 * are not there, when the caller cancels or the deadline passes; and leave no attempt, timer or listener behind.
 *
 * `create` makes the strategy anew for each test. It may go on in the background for an hour of the virtual clock.
 *
 * @example
 * describeStrategyContract("second-opinion", () => secondOpinion);
 */
export function describeStrategyContract(
  name: string,
  create: () => ClusterStrategy,
  runner: TestRunner = globalThis as unknown as TestRunner,
): void {
  const { describe, test } = runner;
  describe(`${name} keeps the contract of a strategy`, () => {
    for (const [title, run] of Object.entries(cases)) test(title, () => run(create()));
  });
}

type Case = (strategy: ClusterStrategy) => Promise<void>;

const cases: Record<string, Case> = {
  "has a name": async ({ name }) => {
    assert.equal(typeof name, "string");
    assert.notEqual(name, "");
  },
};

for (const names of [["a"], ["a", "b"], ["a", "b", "c", "d", "e"]]) {
  cases[`answers when all of ${names.length} endpoints do`] = async (strategy) => {
    const result = await settle({ strategy, names, script: many(() => answer("hi")) });
    assert.ok(result.ok || names.length < 5, "with five good endpoints there is an answer");
  };
}

const outcomes: readonly Outcome[] = [
  "answered",
  "refused",
  "connect-failed",
  "connection-lost",
  "rejected",
];
for (const outcome of outcomes) {
  for (const code of [Code.Unavailable, Code.InvalidArgument]) {
    cases[`settles when every attempt ends as ${outcome}, ${Code[code]}`] = async (strategy) => {
      await settle({ strategy, script: many(() => failure({ outcome, code, afterMs: 5 })) });
    };
  }
}

Object.assign<typeof cases, Record<string, Case>>(cases, {
  "settles when one of three endpoints fails": async (strategy) => {
    await settle({ strategy, script: [failure(), ...many(() => answer())] });
  },

  "settles without an endpoint, and sends nothing": async (strategy) => {
    const { bench, call } = begin({ strategy, names: [] });
    await call.clock.advance(hourMs);
    assert.notEqual(call.ended(), undefined, "it settles");
    assert.deepEqual(call.wire.asked, []);
    assert.deepEqual(bench.leftovers(), nothingLeft);
  },

  "settles when the endpoints leave while it runs": async (strategy) => {
    const directory = new ChangingDirectory(["a", "b", "c"]);
    const onStart = () => {
      directory.names = [];
    };
    await settle({ strategy, directory, script: many(() => failure({ onStart })) });
  },

  "settles when attempts time out": async (strategy) => {
    await settle({ strategy, script: many(() => silence), attemptTimeoutMs: 20 });
  },

  "settles when the budget is empty": async (strategy) => {
    const budget = { hasBudget: () => false, take: () => false, noteSuccess: () => {} };
    await settle({ strategy, budget, script: many(() => failure()) });
  },

  "settles when nothing can be sent twice": async (strategy) => {
    const whyNotReplayable = () => "it is too large";
    await settle({ strategy, whyNotReplayable, script: many(() => failure()) });
  },

  "ends at the deadline, with every attempt stopped": async (strategy) => {
    const { bench, call } = begin({ strategy, script: many(() => silence), timeoutMs: 40 });
    await call.clock.advance(40);
    const ended = call.ended();
    assert.ok(ended, "it settles in time");
    assert.equal(ended.result.ok, false);
    assert.deepEqual(bench.leftovers(), nothingLeft);
    await call.clock.advance(hourMs);
  },

  "ends with the caller's cancel, with every attempt stopped": async (strategy) => {
    const controller = new AbortController();
    const script = many(() => silence);
    const { bench, call } = begin({ strategy, script, signal: controller.signal });
    await call.clock.advance(10);
    controller.abort();
    await call.clock.advance(0);
    const ended = call.ended();
    assert.ok(ended, "it settles at once");
    assert.equal(ended.result.ok, false);
    assert.deepEqual(bench.leftovers(), nothingLeft);
    const sent = call.wire.asked.length;
    await call.clock.advance(hourMs);
    assert.equal(call.wire.asked.length, sent, "it sends nothing after that");
  },

  "sends nothing for a caller who has cancelled already": async (strategy) => {
    const { bench, call } = begin({ strategy, signal: AbortSignal.abort() });
    await call.clock.advance(hourMs);
    assert.equal(call.ended()?.result.ok, false);
    assert.deepEqual(call.wire.asked, []);
    assert.deepEqual(bench.leftovers(), nothingLeft);
  },

  "answers a stream with one of those that were begun, or says why not": async (strategy) => {
    const method = methods.serverStream;
    const { bench, call } = begin({ strategy, method, script: many(() => openStream()) });
    await call.clock.advance(10_000);
    const ended = call.ended();
    assert.ok(ended, "it settles");
    assert.ok(call.wire.open.length <= 1, "all streams but one are left");
    assert.ok(ended.result.ok || ended.result.error.rawMessage.length > 0);
    for (const attempt of call.wire.open) call.wire.finish(attempt);
    await call.clock.advance(hourMs);
    assert.deepEqual(bench.leftovers(), nothingLeft);
  },

  "keeps the calls that it serves apart": async (strategy) => {
    const bench = new CallBench();
    const bad = bench.start({ strategy, script: many(() => failure({ afterMs: 1 })) });
    const good = bench.start({ strategy, script: many(() => answer("hi", { afterMs: 2 })) });
    await bad.clock.advance(1);
    await good.clock.advance(10_000);
    await bad.clock.advance(hourMs);
    await good.clock.advance(hourMs);
    assert.equal(good.ended()?.result.ok, true);
    assert.notEqual(bad.ended(), undefined);
    assert.deepEqual(bench.leftovers(), nothingLeft);
  },
});

/** Runs a call that has to settle within a minute, and to leave nothing after an hour. */
async function settle(init: BenchCall): Promise<AttemptResult> {
  const { bench, call } = begin(init);
  await call.clock.advance(minuteMs);
  const ended = call.ended();
  assert.ok(ended, "it settles within a minute");
  const { result } = ended;
  if (!result.ok) {
    assert.notEqual(result.error.code, Code.Internal, `it broke: ${result.error.message}`);
  }
  await call.clock.advance(hourMs);
  assert.deepEqual(bench.leftovers(), nothingLeft);
  return result;
}

function begin(init: BenchCall) {
  const bench = new CallBench();
  return { bench, call: bench.start(init) };
}

/** More attempts than a strategy may make of a call. */
function many(make: () => AttemptScript): readonly AttemptScript[] {
  return Array.from({ length: 1_000 }, make);
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
