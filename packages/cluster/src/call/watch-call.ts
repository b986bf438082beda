/**
 * Lets others look on while a call runs: its plan and what it brings along are wrapped, so that what is told is what the call
 * really met with, and a call that nobody looks at pays for two comparisons.
 */
import type {
  Answer,
  AttemptListener,
  FailedAttempt,
  LiveEndpoint,
  RunningAttempt,
} from "@thrice/core";
import { CallLog } from "./call-log.js";
import type { AttemptHistory, AttemptRequest, CallInit, CallPlan } from "./call-plan.js";
import { tellQuietly } from "./tell-quietly.js";
import { WatchedCall } from "./watched-call.js";
import { WatchedEndpoints } from "./watched-endpoints.js";
import { WatchedPicker } from "./watched-picker.js";
import { WrittenReport } from "./written-report.js";

/** A plan and a call to run by it. */
export interface WatchedRun {
  readonly plan: CallPlan;
  readonly init: CallInit;
}

/** Whether anyone looks on. */
export function isWatched(plan: CallPlan, init: CallInit): boolean {
  return plan.events !== undefined || init.onExplain !== undefined;
}

/** Wraps a call if someone looks on. */
export function watchIfAsked(plan: CallPlan, init: CallInit): WatchedRun {
  return isWatched(plan, init) ? watchCall(plan, init) : { plan, init };
}

/** Wraps a call of which someone wants to know. */
export function watchCall(plan: CallPlan, init: CallInit): WatchedRun {
  const { strategy } = plan;
  const explains = plan.events?.onExplain !== undefined || init.onExplain !== undefined;
  const log = new CallLog(plan, init);
  const endpoints = new WatchedEndpoints(plan.endpoints, log);
  log.tell("onCallStart", { call: log.call });
  return {
    plan: {
      ...plan,
      unwatched: plan,
      endpoints,
      ...(explains && { picker: new WatchedPicker(plan, endpoints, log) }),
      strategy: { name: strategy.name, run: (call) => strategy.run(new WatchedCall(call, log)) },
    },
    init: new WatchedInit(init, log, explains),
  };
}

class WatchedInit implements CallInit {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly #init: CallInit;
  readonly #log: CallLog;
  readonly #explains: boolean;

  constructor(init: CallInit, log: CallLog, explains: boolean) {
    this.#init = init;
    this.#log = log;
    this.#explains = explains;
    this.timeoutMs = init.timeoutMs;
    this.signal = init.signal;
  }

  get message() {
    return this.#init.message;
  }

  get header() {
    return this.#init.header;
  }

  start(request: AttemptRequest, listener: AttemptListener): RunningAttempt {
    const { endpoint, previousAttempts, timeoutMs, about = this.#log.latest } = request;
    return this.#init.start({ endpoint, previousAttempts, timeoutMs, about }, listener);
  }

  whyNotReplayable(): string | undefined {
    return this.#init.whyNotReplayable();
  }

  onAnswer(answer: Answer, endpoint: LiveEndpoint | undefined, history: AttemptHistory): void {
    const ending = this.#log.end({ ok: true, endpoint, answer });
    this.#init.onAnswer(answer, endpoint, history);
    this.#tellEnd(ending);
  }

  onFailure(failure: FailedAttempt, history: AttemptHistory): void {
    const ending = this.#log.end(failure);
    this.#init.onFailure(failure, history);
    this.#tellEnd(ending);
  }

  #tellEnd(ending: ReturnType<CallLog["end"]>): void {
    this.#log.tellEnd(ending);
    if (!this.#explains) return;
    const report = new WrittenReport(this.#log);
    this.#log.tell("onExplain", report);
    const { onExplain } = this.#init;
    if (onExplain !== undefined) tellQuietly(() => onExplain(report));
  }

  onFinished(): void {
    this.#init.onFinished();
    this.#log.finish();
  }
}
