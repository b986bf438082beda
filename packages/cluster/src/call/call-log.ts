import type {
  AttemptInfo,
  AttemptKind,
  AttemptResult,
  CallEndEvent,
  CallEvents,
  CallInfo,
  ChoiceReport,
  DecisionReport,
  FailedAttempt,
  Outcome,
  RefusalReport,
} from "@thrice/core";
import type { AttemptNote, NotedAttempt } from "../endpoints/endpoint-source.js";
import type { RetryDecision } from "../retry/decide-retry.js";
import type { CallInit, CallPlan } from "./call-plan.js";
import { codeName } from "./code-name.js";
import { tellQuietly } from "./tell-quietly.js";

/** An attempt, as far as it is known. */
export interface LoggedAttempt {
  readonly info: AttemptInfo;
  readonly choice: ChoiceReport | undefined;
  end:
    | { readonly outcome: Outcome; readonly code: string; readonly durationMs: number }
    | undefined;
  decision: DecisionReport | undefined;
}

/** Keeps what happens in one call, and tells those who listen. */
export class CallLog {
  readonly plan: CallPlan;
  readonly call: CallInfo;
  /** In the order of their start. */
  readonly attempts: LoggedAttempt[] = [];
  readonly refusals: RefusalReport[] = [];
  /** How the call ended, once it has. */
  ending: CallEndEvent | undefined;
  /** The error's text, if it failed. */
  message: string | undefined;
  readonly #running = new Map<NotedAttempt, LoggedAttempt>();
  /** The last choice of each endpoint. */
  readonly #choices = new Map<string, ChoiceReport>();
  #isEndTold = false;
  #isFinished = false;
  #lastFailed: LoggedAttempt | undefined;
  #lastFailedMs = 0;
  /** What the strategy asks for at the moment; undefined while what begins was asked for by nobody. */
  #asked: AttemptKind | undefined;

  constructor(plan: CallPlan, { header, timeoutMs }: CallInit) {
    this.plan = plan;
    this.call = { method: plan.method, header, startedMs: plan.clock.nowMs(), timeoutMs };
  }

  get latest(): AttemptInfo | undefined {
    return this.attempts.at(-1)?.info;
  }

  tell<Name extends keyof CallEvents>(
    name: Name,
    event: Parameters<NonNullable<CallEvents[Name]>>[0],
  ): void {
    const { events } = this.plan;
    if (events?.[name] !== undefined) tellQuietly(() => events[name]?.(event as never));
  }

  /** The strategy asks for an attempt; `send` says whether one began. */
  ask<T>(kind: AttemptKind, send: () => T): { readonly result: T; readonly wasSent: boolean } {
    const before = this.attempts.length;
    this.#asked = kind;
    try {
      const result = send();
      return { result, wasSent: this.attempts.length > before };
    } finally {
      this.#asked = undefined;
    }
  }

  noteChoice(choice: ChoiceReport): void {
    this.#choices.set(choice.picked, choice);
  }

  noteStart(noted: NotedAttempt): void {
    const { endpoint, startedMs } = noted;
    const kind = this.attempts.length === 0 ? "first" : (this.#asked ?? "transparent");
    this.#asked = undefined; // what begins when this one fails at once was asked for by nobody
    const info: AttemptInfo = {
      call: this.call,
      number: this.attempts.length + 1,
      kind,
      endpoint,
      reason: this.#reasonOf(kind),
      delayMs: this.#delayMs(kind, startedMs),
      startedMs,
    };
    const choice = this.#choices.get(endpoint.id);
    this.#choices.delete(endpoint.id);
    const logged: LoggedAttempt = { info, choice, end: undefined, decision: undefined };
    this.attempts.push(logged);
    this.#running.set(noted, logged);
    this.tell("onAttemptStart", { attempt: info });
  }

  noteEnd(noted: NotedAttempt, { outcome, code }: AttemptNote): void {
    const logged = this.#running.get(noted);
    if (logged === undefined) return;
    this.#running.delete(noted);
    const durationMs = noted.endedMs - noted.startedMs;
    logged.end = { outcome, code: code === undefined ? "ok" : codeName(code), durationMs };
    if (code !== undefined) {
      this.#lastFailed = logged;
      this.#lastFailedMs = noted.endedMs;
    }
    this.tell("onAttemptEnd", { attempt: logged.info, ...logged.end });
  }

  noteDecision(decision: RetryDecision): void {
    if (this.#lastFailed === undefined) return;
    this.#lastFailed.decision = {
      kind: decision.kind,
      reason: decision.kind === "stop" ? decision.reason : undefined,
      afterMs: decision.kind === "retry" ? decision.afterMs : 0,
      ...this.#bounds(),
    };
  }

  noteRefusal(kind: AttemptKind, { endpoint, error }: FailedAttempt): void {
    this.refusals.push({
      endpoint: endpoint?.id,
      kind: this.attempts.length === 0 ? "first" : kind,
      atMs: this.#sinceStartMs(),
      reason: error.rawMessage,
      ...this.#bounds(),
    });
  }

  end(result: AttemptResult): CallEndEvent {
    this.message = result.ok ? undefined : result.error.rawMessage;
    this.ending = {
      call: this.call,
      outcome: result.ok ? "answered" : result.outcome,
      code: result.ok ? "ok" : codeName(result.error.code),
      durationMs: this.#sinceStartMs(),
      attempts: this.attempts.length,
    };
    return this.ending;
  }

  tellEnd(ending: CallEndEvent): void {
    this.tell("onCallEnd", ending);
    this.#isEndTold = true;
    if (this.#isFinished) this.#tellFinish();
  }

  /** Nothing is held any more, which may be so before the end is told. */
  finish(): void {
    this.#isFinished = true;
    if (this.#isEndTold) this.#tellFinish();
  }

  #tellFinish(): void {
    this.tell("onCallFinish", { call: this.call, durationMs: this.#sinceStartMs() });
  }

  #sinceStartMs(): number {
    return this.plan.clock.nowMs() - this.call.startedMs;
  }

  /** How much further attempts are held back now. */
  #bounds(): Pick<DecisionReport, "budgetTokens" | "throttledRatio"> {
    const { budget, throttle, clock } = this.plan;
    return {
      budgetTokens: budget.tokens,
      throttledRatio: throttle?.heldBackRatio?.(clock.nowMs()),
    };
  }

  #reasonOf(kind: AttemptKind): string {
    const failed = this.#lastFailed;
    switch (kind) {
      case "first":
        return "the call's first attempt";
      case "transparent":
        return `attempt ${failed?.info.number} reached no handler`;
      case "retry":
        if (failed?.end === undefined) return "the strategy asked for it";
        return `attempt ${failed.info.number} failed: ${failed.end.outcome}, ${failed.end.code}`;
      case "hedge":
        return `attempt ${this.attempts.length} takes long`;
      case "planned":
        return `planned by ${this.plan.strategy.name}`;
    }
  }

  #delayMs(kind: AttemptKind, startedMs: number): number {
    if (kind === "first" || kind === "planned") return 0;
    if (kind === "hedge") return startedMs - (this.latest?.startedMs ?? startedMs);
    return this.#lastFailed === undefined ? 0 : startedMs - this.#lastFailedMs;
  }
}
