/**
 * One call on its way: its attempts, what ends it from outside, and whom it tells.
 *
 * Hot path: one object for the call and one for each attempt, and of the rest only what the call needs. Under a strategy that
 * can `recover` there is no promise until something fails. Measured (bench/call.ts).
 */
import type { ConnectError } from "@connectrpc/connect";
import type {
  Answer,
  AttemptFailure,
  AttemptOptions,
  AttemptResult,
  ClusterStrategy,
  Endpoint,
  FailedAttempt,
  LiveEndpoint,
  Outcome,
  PickContext,
  RoutedCall,
} from "@thrice/core";
import { CallDeadline } from "./call-deadline.js";
import { CallFrame, noEndpoints } from "./call-frame.js";
import type { UnderWay } from "./calls-under-way.js";
import { describeFailure, noteBudget } from "./describe-failure.js";
import {
  attemptTimeoutError,
  cancelError,
  deadlineError,
  rejection,
  settledError,
} from "./end-errors.js";
import { judgeFailure } from "./judge-failure.js";
import { heldBack, noEndpoint } from "./not-sent.js";
import { noteAttempt, noteFailure } from "./note-attempt.js";
import { type AttemptOwner, OpenAttempt } from "./open-attempt.js";
import { pickEndpoint } from "./pick-endpoint.js";
import { RedoneCall } from "./redone-call.js";
import { StrategyCall } from "./strategy-call.js";
import { isResult, strategyFailure, strategyThrew } from "./strategy-result.js";
import { watchIfAsked } from "./watch-call.js";

/** What an attempt is, if it is not the call's first. */
export type AttemptKind = NonNullable<AttemptOptions["kind"]>;

/** Shape: running → settled, with its result told → finished, when nothing of it is left open. */
export class CallRun extends CallFrame implements PickContext, RoutedCall, AttemptOwner, UnderWay {
  previousUnderWay: UnderWay | undefined = undefined;
  nextUnderWay: UnderWay | undefined = undefined;
  #deadline: CallDeadline | undefined = undefined;
  /** Attempts that still hold something; -1 once the call is finished. */
  #unfinished = 0;
  /** What its strategy sees of it, once that has looked. */
  #view: StrategyCall | undefined = undefined;
  #isSettled = false;
  get draw(): number {
    return this.#seen.draw;
  }

  /** Why the caller or the deadline ended the call, once one did. */
  get #over(): FailedAttempt | undefined {
    return this.#view?.over;
  }

  get isOver(): boolean {
    return this.#isSettled || this.#over !== undefined;
  }

  /** Watches for what ends the call from outside, and begins. */
  begin(): void {
    const { signal, timeoutMs } = this.init;
    this.plan.counters?.noteCall();
    this.plan.underWay.add(this);
    if (timeoutMs !== Number.POSITIVE_INFINITY) this.#endAfter(timeoutMs);
    if (signal !== undefined) {
      if (signal.aborted) this.handleEvent();
      else signal.addEventListener("abort", this);
    }
    if (this.#isSettled) return;
    if (this.plan.strategy.recover === undefined) void this.#runStrategy();
    else this.#sendFirst();
  }

  #endAfter(timeoutMs: number): void {
    const passed = () => this.#passDeadline(this.#idleStrategy);
    this.#deadline = new CallDeadline(this.nowMs() + timeoutMs, passed);
    this.clock.start(this.#deadline, timeoutMs);
  }

  /** The caller's signal says that it aborts. */
  handleEvent(): void {
    this.end("cancelled", cancelError(this.init.signal?.reason));
  }

  remainingMs(): number {
    if (this.isOver) return 0;
    const deadline = this.#deadline;
    if (deadline === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(0, deadline.atMs - this.nowMs());
  }

  hasBudget(kind: "retry" | "hedge"): boolean {
    if (this.isFree) return true;
    const has = this.plan.budget.hasBudget(kind);
    if (!has) this.plan.counters?.noteBudgetRefusal();
    if (!has && kind === "retry") this.#seen.wasCutShort = true;
    return has;
  }

  /** @throws PickError if the load balancer does not do its work. */
  pick(
    among?: readonly LiveEndpoint[],
    excluded: readonly Endpoint[] = noEndpoints,
  ): LiveEndpoint | undefined {
    this.excluded = excluded;
    return pickEndpoint(this.plan, this, among);
  }

  /** Why no attempt goes to `endpoint`; undefined if one may, which the budget has then paid for. */
  whyNot(endpoint: LiveEndpoint | undefined, kind: AttemptKind): FailedAttempt | undefined {
    if (this.isOver) return this.whyOver();
    if (endpoint === undefined) return noEndpoint(this.plan, this);
    if (this.#deadline !== undefined && this.remainingMs() === 0) return this.#passDeadline();
    if (this.first === undefined) return heldBack(this.plan, endpoint);
    const whyNot = this.#whyNotAgain(kind);
    if (whyNot !== undefined) return rejection(endpoint, whyNot);
    this.plan.counters?.noteFurther(kind);
    return undefined;
  }

  #whyNotAgain(kind: AttemptKind): string | undefined {
    const whyNot = this.init.whyNotReplayable();
    if (whyNot !== undefined || kind === "planned") return whyNot;
    if (this.isFree || this.plan.budget.take(kind)) return undefined;
    this.plan.counters?.noteBudgetRefusal();
    this.#seen.wasCutShort ||= kind === "retry";
    return "the retry budget is spent";
  }

  /** Puts an attempt on the wire. */
  send(attempt: OpenAttempt): void {
    this.open(attempt);
    this.plan.counters?.noteAttempt();
    this.plan.endpoints.noteStart(attempt);
    this.#unfinished++;
    attempt.runs(this.init.start(attempt, attempt));
    const { attemptTimeoutMs } = this.plan;
    if (attemptTimeoutMs < this.remainingMs()) attempt.boundBy(attemptTimeoutMs);
  }

  /** The attempt of a stream is bounded up to its first message; that is no bound the peer could be told. */
  peerTimeoutMs(): number {
    const { attemptTimeoutMs, method } = this.plan;
    const { methodKind } = method;
    const answersWithMany = methodKind === "server_streaming" || methodKind === "bidi_streaming";
    return answersWithMany ? this.remainingMs() : Math.min(attemptTimeoutMs, this.remainingMs());
  }

  onTimeOut(attempt: OpenAttempt): void {
    const error = attemptTimeoutError(attempt.endpoint, this.plan.attemptTimeoutMs);
    attempt.stop("attempt-timed-out", error);
  }

  whyNotRedone(): FailedAttempt | undefined {
    return this.#over ?? (this.plan.underWay.isEnded ? this.whyOver() : undefined);
  }

  redo(strategy: ClusterStrategy): Promise<AttemptResult> {
    return new Promise((resolve) => {
      const redone = new RedoneCall(this.init, resolve);
      const unwatched = { ...(this.plan.unwatched ?? this.plan), strategy };
      const { plan, init } = watchIfAsked(unwatched, redone);
      new CallRun(plan, init).begin();
    });
  }

  /** Ends the call from outside: pauses wake, running attempts stop, no further one starts. */
  end(outcome: Outcome, error: ConnectError): FailedAttempt {
    const endpoint = this.opened.at(-1)?.endpoint;
    this.#seen.over ??= { ok: false, endpoint, outcome, error };
    const { over } = this.#seen;
    this.stopAllBut(undefined, outcome, error);
    this.#settle(over);
    return over;
  }

  judge(attempt: OpenAttempt, failure: AttemptFailure): AttemptFailure {
    return judgeFailure(failure, this, attempt);
  }

  onJudged(attempt: OpenAttempt): void {
    noteAttempt(this.plan, attempt, this.#over !== undefined);
  }

  resultOf(attempt: OpenAttempt, failed: FailedAttempt): FailedAttempt | Promise<AttemptResult> {
    if (this.isOver) return failed;
    const { transparent } = this.#seen;
    const afterMs = transparent.afterMs(failed);
    if (afterMs !== undefined && this.init.whyNotReplayable() === undefined)
      return transparent.repeat(attempt, failed, afterMs);
    noteFailure(this.plan, failed);
    return failed;
  }

  onAttemptFinished(): void {
    this.#unfinished--;
    this.#finishIfDone();
  }

  /** The first attempt of a strategy that leaves it to us. */
  #sendFirst(): void {
    try {
      const endpoint = this.pick();
      const refusal = this.whyNot(endpoint, "planned");
      if (refusal !== undefined) void this.#recover(refusal);
      else this.send(new OpenAttempt(this, endpoint as LiveEndpoint));
    } catch (cause) {
      this.#settle(strategyThrew(this.plan.strategy, cause));
    }
  }

  /** The first attempt went well. */
  onAnswered({ endpoint }: OpenAttempt, answer: Answer): void {
    if (!this.#isSettled) this.#succeed(answer, endpoint);
  }

  /** The first attempt did not, though what was made of that may have. */
  onFailed(result: AttemptResult | Promise<AttemptResult>): void {
    void this.#recover(result);
  }

  async #recover(first: AttemptResult | Promise<AttemptResult>): Promise<void> {
    const { strategy } = this.plan;
    try {
      const result = await first; // also what is known by now: nothing is sent while the wire tells of a failure
      this.#settleBy(result.ok ? result : await strategy.recover?.(this.#seen, result));
    } catch (cause) {
      this.#settle(strategyThrew(strategy, cause));
    }
  }

  async #runStrategy(): Promise<void> {
    const { strategy } = this.plan;
    try {
      this.#settleBy(await strategy.run(this.#seen));
    } catch (cause) {
      this.#settle(strategyThrew(strategy, cause));
    }
  }

  get #seen(): StrategyCall {
    this.#view ??= new StrategyCall(this);
    return this.#view;
  }

  #settleBy(result: unknown): void {
    this.#settle(isResult(result) ? result : strategyFailure(this.plan.strategy));
  }

  #settle(result: AttemptResult): void {
    if (this.#isSettled) return;
    if (result.ok) this.#succeed(result.answer, result.endpoint);
    else this.#fail(result);
  }

  /** No further attempt starts, and each is stopped but the one that gave `answer`. */
  #succeed(answer: Answer, endpoint: LiveEndpoint | undefined): void {
    this.#isSettled = true;
    this.#view?.wake();
    if (this.#unfinished > 0 && !this.isOnly(answer)) this.#stopLosers(answer);
    // A strategy may answer well although no endpoint did.
    if (endpoint !== undefined && this.wasAnswered) this.plan.budget.noteSuccess();
    this.init.onAnswer(answer, endpoint, this);
    this.#finishIfDone();
  }

  #fail(failure: FailedAttempt): void {
    this.#isSettled = true;
    this.plan.counters?.noteFailedCall();
    this.#view?.wake();
    if (this.#unfinished > 0) this.#stopLosers();
    this.init.onFailure(this.#describe(failure), this);
    this.#finishIfDone();
  }

  #describe(failure: FailedAttempt): FailedAttempt {
    const described = describeFailure(failure, this.attempts);
    return this.#view?.wasCutShort ? noteBudget(described, this.plan.budget.option) : described;
  }

  #stopLosers(winner?: Answer): void {
    this.stopAllBut(winner, "cancelled", settledError());
  }

  #finishIfDone(): void {
    if (!this.#isSettled || this.#unfinished !== 0) return;
    this.#unfinished = -1;
    this.plan.underWay.remove(this);
    if (this.#deadline !== undefined) this.clock.stop(this.#deadline);
    this.init.signal?.removeEventListener("abort", this);
    this.init.onFinished();
  }

  #passDeadline(idleStrategy?: string): FailedAttempt {
    return this.end("deadline-passed", deadlineError(this.init.timeoutMs, idleStrategy));
  }

  /** Names the strategy if it waits for something that this call knows nothing of. */
  get #idleStrategy(): string | undefined {
    const waits = this.#isSettled || this.#unfinished > 0 || this.#view?.isPausing;
    return waits ? undefined : this.plan.strategy.name;
  }

  whyOver(): FailedAttempt {
    const error = settledError();
    return this.#over ?? { ok: false, endpoint: undefined, outcome: "cancelled", error };
  }
}
