/** Runs calls against a scripted wire and a fake clock, and tells what they left open. */
import { getEventListeners } from "node:events";
import type { DescMethod } from "@bufbuild/protobuf";
import type { ClusterStrategy, Directory, Picker, RetryPolicy } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import type { CallInit, CallPlan } from "../call/call-plan.js";
import { CallsUnderWay } from "../call/calls-under-way.js";
import { type CallEnd, runCall } from "../call/run-call.js";
import { ClientEndpoints } from "../endpoints/client-endpoints.js";
import { LatencyWindow } from "../endpoints/latency-window.js";
import { defaultBackoff } from "../retry/backoff.js";
import { unlimitedBudget } from "../retry/budget.js";
import { retryByDefault } from "../retry/retry-predicate.js";
import { failover } from "../strategy/failover.js";
import { methods } from "./greet-service.js";
import { endpoint } from "./pick-bench.js";
import { type AttemptScript, ScriptedWire } from "./scripted-wire.js";

export { endpoint, pickContext } from "./pick-bench.js";

/** What a test may say of a call; the rest is plain. */
export interface BenchCall
  extends Partial<Omit<CallPlan, "policy" | "clock">>,
    Partial<
      Pick<
        CallInit,
        "timeoutMs" | "signal" | "whyNotReplayable" | "message" | "header" | "onExplain"
      >
    > {
  readonly directory?: Directory;
  readonly script?: readonly AttemptScript[];
  /** Names of the endpoints, which do not change; `directory` is stronger. @defaultValue `["a", "b", "c"]` */
  readonly names?: readonly string[];
  /** Fields that differ from: 2 retries, set by the user, default `retryOn` and backoff. */
  readonly policy?: Partial<RetryPolicy>;
  /** @defaultValue a fresh one */
  readonly clock?: FakeClock;
}

/** How a call went. */
export interface PlayedCall extends CallEnd {
  readonly endedAtMs: number;
}

/** A call that runs while the test moves the clock. */
export interface LiveCall {
  readonly clock: FakeClock;
  readonly wire: ScriptedWire;
  readonly end: Promise<PlayedCall>;
  /** How the call went, as soon as it has ended. */
  ended(): PlayedCall | undefined;
}

/** What is still open; `nothingLeft` when all is well. */
export interface Leftovers {
  readonly timers: number;
  readonly listeners: number;
  readonly attempts: number;
}

export const nothingLeft: Leftovers = { timers: 0, listeners: 0, attempts: 0 };

/** Shape: `start` begins a call, `play` moves its clock until it is over, `leftovers` is for `afterEach`. */
export class CallBench {
  #calls: { live: LiveCall; signal: AbortSignal | undefined }[] = [];

  start(init: BenchCall = {}): LiveCall {
    const { script = [], names = ["a", "b", "c"], policy, clock = new FakeClock(), ...plan } = init;
    const {
      directory = {
        snapshot: () => snapshot,
      },
    } = init;
    const snapshot = { endpoints: names.map((name) => endpoint(name)), advertised: {} };
    const wire = new ScriptedWire(clock, script);
    const all = {
      ...plainPlan(),
      endpoints: new ClientEndpoints(directory, clock),
      budget: unlimitedBudget,
      latencies: new LatencyWindow(clock),
      message: undefined,
      header: undefined,
      ...plan,
      policy: { ...plainPolicy, ...policy },
      clock,
      start: wire.start,
    };
    const end = runCall(all, all);
    let played: PlayedCall | undefined;
    const timed = end.then((ending) => {
      played = { ...ending, endedAtMs: clock.nowMs() };
      return played;
    });
    const live = { clock, wire, end: timed, ended: () => played };
    this.#calls.push({ live, signal: plan.signal });
    return live;
  }

  /** Runs a call to its end, which must come within a minute of the fake clock. */
  async play(call: BenchCall = {}): Promise<PlayedCall & { readonly wire: ScriptedWire }> {
    const { clock, wire, end } = this.start(call);
    await clock.advance(60_000);
    return { ...(await end), wire };
  }

  /** What the calls since the last time have left open. */
  leftovers(): Leftovers {
    const calls = this.#calls;
    this.#calls = [];
    const sum = (count: (call: (typeof calls)[number]) => number) =>
      calls.reduce((total, call) => total + count(call), 0);
    return {
      timers: sum(({ live }) => live.clock.pendingTimers),
      listeners: sum(({ signal }) => (signal === undefined ? 0 : listenersOf(signal))),
      attempts: sum(({ live }) => live.wire.open.length),
    };
  }
}

/** How many listeners wait for `signal`. */
export function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

/** A directory that the test changes. */
export class ChangingDirectory implements Directory {
  /** Ids of the endpoints known now. */
  names: readonly string[];

  constructor(names: readonly string[]) {
    this.names = names;
  }

  snapshot() {
    return { endpoints: this.names.map((name) => endpoint(name)), advertised: {} };
  }
}

/** A clock of a busy process: time has gone on, but the timers have not fired yet. */
export class LateClock extends FakeClock {
  lateMs = 0;

  override nowMs(): number {
    return super.nowMs() + this.lateMs;
  }
}

/** Makes a strategy of its `run`. */
export function strategy(run: ClusterStrategy["run"], name = "custom"): ClusterStrategy {
  return { name, run };
}

/** Takes the first of the candidates. */
export const firstPicker: Picker = { pick: ([first]) => first };

const plainPolicy: RetryPolicy = {
  retries: 2,
  retriesSet: true,
  retryOn: retryByDefault,
  backoff: defaultBackoff,
};

function plainPlan() {
  const method: DescMethod = methods.unary;
  return {
    method,
    strategy: failover,
    picker: firstPicker,
    loadBalancerName: "first",
    underWay: new CallsUnderWay(),
    random: () => 0.5,
    timeoutMs: Number.POSITIVE_INFINITY,
    attemptTimeoutMs: Number.POSITIVE_INFINITY,
    signal: undefined,
    whyNotReplayable: () => undefined,
  };
}
