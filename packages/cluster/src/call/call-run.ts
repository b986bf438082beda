/**
 * One call on its way: what its strategy sees, and what ends it from outside.
 *
 * Hot path: one object per call, and of the rest only what the call needs. Measured (bench/call.bench.ts).
 */
import { Code, type ConnectError } from "@connectrpc/connect";
import {
  type AttemptFailure,
  type AttemptOptions,
  type AttemptRecord,
  type AttemptResult,
  type CancelTimer,
  type ClusterCall,
  type ClusterStrategy,
  type Endpoint,
  type FailedAttempt,
  type LiveEndpoint,
  maxTimerMs,
  type Outcome,
  type PickOptions,
} from "@thrice/core";
import { isIdempotent } from "../retry/decide-retry.js";
import type { CallInit, CallPlan } from "./call-plan.js";
import type { UnderWay } from "./calls-under-way.js";
import { decideRestart } from "./decide-restart.js";
import { describeFailure, noteBudget } from "./describe-failure.js";
import {
  attemptTimeoutError,
  cancelError,
  deadlineError,
  rejection,
  settledError,
} from "./end-errors.js";
import { type AttemptOwner, OpenAttempt } from "./open-attempt.js";
import { pickEndpoint } from "./pick-endpoint.js";
import { RedoneCall } from "./redone-call.js";
import { isResult, strategyFailure, strategyThrew } from "./strategy-result.js";

/** Shape: running → settled, with its result told → finished, when nothing of it is left open. */
export class CallRun implements ClusterCall, AttemptOwner, UnderWay {
  previousUnderWay: UnderWay | undefined = undefined;
  nextUnderWay: UnderWay | undefined = undefined;
  readonly #plan: CallPlan;
  readonly #init: CallInit;
  /** When the call's time is over. */
  readonly #dueMs: number;
  /** All attempts, in the order they were begun. */
  #attempts: OpenAttempt[] = none;
  #unfinished = 0;
  #ended = 0;
  #pauses: Set<() => void> | undefined = undefined;
  #undoTimer: CancelTimer | undefined = undefined;
  /** Why the caller or the deadline ended the call, once one did. */
  #over: FailedAttempt | undefined = undefined;
  #isSettled = false;
  #isFinished = false;
  #refusals = 0;
  #wasCutShort = false;
  /** Attempts that were repeated below the strategy. */
  #restarts = 0;
  #wasRefused = false;
  /** What the strategy picked last, and from which list of its own. */
  #picked: LiveEndpoint | undefined = undefined;
  #among: readonly LiveEndpoint[] | undefined = undefined;
  #draw = -1;
  /** For the load balancer, while it picks. */
  excluded: readonly Endpoint[] = noEndpoints;

  constructor(plan: CallPlan, init: CallInit) {
    this.#plan = plan;
    this.#init = init;
    const { timeoutMs } = init;
    this.#dueMs = timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : nowMs(plan) + timeoutMs;
  }

  get method() {
    return this.#plan.method;
  }

  get policy() {
    return this.#plan.policy;
  }

  get clock() {
    return this.#plan.clock;
  }

  get random() {
    return this.#plan.random;
  }

  get message() {
    return this.#init.message;
  }

  get header() {
    return this.#init.header;
  }

  /** Drawn when a router first asks. */
  get draw(): number {
    if (this.#draw < 0) this.#draw = this.random();
    return this.#draw;
  }

  get endpoints(): readonly LiveEndpoint[] {
    return this.#plan.endpoints.for(this).all;
  }

  get healthy(): readonly LiveEndpoint[] {
    return this.#plan.endpoints.for(this).healthy;
  }

  get isRepeatable(): boolean {
    const { policy, method } = this.#plan;
    return policy.retriesSet || isIdempotent(method);
  }

  get tried(): readonly LiveEndpoint[] {
    return this.#attempts.map(({ endpoint }) => endpoint);
  }

  get attemptsAtPushback(): number {
    const pushed = this.#attempts.findLast(({ failure }) => failure?.pushback?.kind === "after");
    return pushed === undefined ? 0 : pushed.previousAttempts + 1;
  }

  get attempts(): readonly AttemptRecord[] {
    const ended = this.#attempts.filter(({ endedAs }) => endedAs > 0);
    return ended.sort((a, b) => a.endedAs - b.endedAs).map(({ record }) => record);
  }

  /** Watches for what ends the call from outside, and lets the strategy begin. */
  begin(): void {
    const { signal, timeoutMs } = this.#init;
    this.#plan.underWay.add(this);
    if (this.#dueMs !== Number.POSITIVE_INFINITY) {
      this.#undoTimer = this.clock.setTimer(timeoutMs, () =>
        this.#passDeadline(this.#idleStrategy),
      );
    }
    if (signal !== undefined) {
      if (signal.aborted) this.handleEvent();
      else signal.addEventListener("abort", this);
    }
    if (!this.#isSettled) void this.#runStrategy();
  }

  /** The caller's signal says that it aborts. */
  handleEvent(): void {
    this.end("cancelled", cancelError(this.#init.signal?.reason));
  }

  nowMs(): number {
    return this.#plan.clock.nowMs();
  }

  hasBudget(kind: "retry" | "hedge" = "hedge"): boolean {
    if (this.#isFree) return true;
    const has = this.#plan.budget.hasBudget(kind);
    if (!has && kind === "retry") this.#wasCutShort = true;
    return has;
  }

  /** Whether the next attempt would be the first request that a server gets of this call. */
  get #isFree(): boolean {
    return this.#attempts.every(neverLeft);
  }

  latencyQuantileMs(share: number): number | undefined {
    return this.#plan.latencies.quantileMs(share);
  }

  remainingMs(): number {
    if (this.#isOver) return 0;
    const dueMs = this.#dueMs;
    return dueMs === Number.POSITIVE_INFINITY ? dueMs : Math.max(0, dueMs - nowMs(this.#plan));
  }

  pick(options?: PickOptions): LiveEndpoint | undefined {
    this.excluded = options?.exclude ?? noEndpoints;
    this.#among = options?.among;
    this.#picked = pickEndpoint(this.#plan, this, this.#among);
    return this.#picked;
  }

  attempt(
    endpoint: LiveEndpoint | undefined,
    { kind = "retry" }: AttemptOptions = retry,
  ): Promise<AttemptResult> {
    if (endpoint === undefined) return this.#refuse(this.#noEndpoint());
    if (this.#isOver) return this.#refuse(this.#whyOver());
    const remainingMs = this.remainingMs();
    if (remainingMs === 0) return this.#refuse(this.#passDeadline());
    if (this.#attempts.length > 0) {
      const whyNot = this.#whyNotAgain(kind);
      if (whyNot !== undefined) return this.#refuse(rejection(endpoint, whyNot));
    } else if (this.#isHeldBack()) {
      return this.#refuse(this.#heldBack(endpoint));
    }
    const previousAttempts = this.#attempts.length - this.#restarts;
    const isPinned = kind === "planned" || endpoint !== this.#picked;
    return this.#send(new OpenAttempt(this, endpoint, previousAttempts, isPinned), remainingMs);
  }

  #isHeldBack(): boolean {
    const { throttle, random } = this.#plan;
    return throttle?.admits(this.nowMs(), random) === false;
  }

  #heldBack(endpoint: LiveEndpoint): FailedAttempt {
    const text = this.#plan.throttle?.describe() ?? "";
    return { ...rejection(endpoint, text), wasCutShort: true };
  }

  #whyNotAgain(kind: "retry" | "hedge" | "planned"): string | undefined {
    const whyNot = this.#init.whyNotReplayable();
    if (whyNot !== undefined || kind === "planned") return whyNot;
    if (this.#isFree || this.#plan.budget.take(kind)) return undefined;
    this.#wasCutShort ||= kind === "retry";
    return "the retry budget is spent";
  }

  redo(strategy: ClusterStrategy): Promise<AttemptResult> {
    if (this.#over !== undefined) return this.#refuse(this.#over);
    if (this.#plan.underWay.isEnded) return this.#refuse(this.#whyOver());
    const { methodKind } = this.method;
    if (methodKind !== "unary") {
      return this.#refuse(
        rejection(undefined, `only unary calls can be made again, not ${methodKind}`),
      );
    }
    return new Promise((resolve) => {
      new CallRun({ ...this.#plan, strategy }, new RedoneCall(this.#init, resolve)).begin();
    });
  }

  pause(delayMs: number): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#pauses ??= new Set();
    const pauses = this.#pauses;
    return new Promise((resolve) => {
      const wake = () => {
        undo();
        pauses.delete(wake);
        resolve();
      };
      const undo = this.clock.setTimer(Math.min(delayMs, maxTimerMs), wake);
      pauses.add(wake);
    });
  }

  /** Ends the call from outside: pauses wake, running attempts stop, no further one starts. */
  end(outcome: Outcome, error: ConnectError): FailedAttempt {
    this.#over ??= { ok: false, endpoint: this.#attempts.at(-1)?.endpoint, outcome, error };
    for (const attempt of this.#attempts) if (!attempt.isFinished) attempt.stop(outcome, error);
    this.#settle(this.#over);
    return this.#over;
  }

  judge(attempt: OpenAttempt, failure: AttemptFailure): AttemptFailure {
    // A server whose timer was the quicker says `deadline_exceeded` for us, or resets the stream; it is our timeout all the same.
    const { error, outcome } = failure;
    const isReset = error.code === Code.Canceled && !this.#isOver;
    if (outcome !== "answered" || !(isReset || error.code === Code.DeadlineExceeded))
      return failure;
    if (this.remainingMs() === 0) {
      const late = isReset ? deadlineError(this.#init.timeoutMs) : error;
      return { ...failure, outcome: "deadline-passed", error: late };
    }
    const { attemptTimeoutMs } = this.#plan;
    if (attempt.durationMs < attemptTimeoutMs) return failure;
    const late = isReset ? attemptTimeoutError(attempt.endpoint, attemptTimeoutMs) : error;
    return { ...failure, outcome: "attempt-timed-out", error: late };
  }

  onEnded(attempt: OpenAttempt): void {
    attempt.endedAs = ++this.#ended;
  }

  onJudged(attempt: OpenAttempt, failure: AttemptFailure | undefined): void {
    const { endpoints, latencies, throttle } = this.#plan;
    const { startedMs, durationMs } = attempt;
    const pushback = failure?.pushback;
    const outcome = failure?.outcome ?? "answered";
    const code = failure?.error.code;
    const nowMs = startedMs + durationMs;
    throttle?.noteEnd(outcome, code, nowMs);
    endpoints.noteEnd(attempt, {
      outcome,
      code,
      nowMs,
      pushbackMs: pushback?.kind === "after" ? pushback.delayMs : 0,
    });
    // Without the slow ones that lost or timed out, hedges would make times look ever shorter, and come ever sooner.
    if (failure === undefined || this.#tookLong(failure)) latencies.note(durationMs);
  }

  #tookLong({ outcome }: AttemptFailure): boolean {
    const hasLost = outcome === "cancelled" && this.#over === undefined;
    return hasLost || outcome === "attempt-timed-out";
  }

  resultOf(attempt: OpenAttempt, failed: FailedAttempt): FailedAttempt | Promise<AttemptResult> {
    if (this.#isOver) return failed;
    const { policy, random } = this.#plan;
    const restarts = this.#restarts;
    const afterMs = decideRestart(failed, {
      policy,
      random,
      restarts,
      wasRefused: this.#wasRefused,
    });
    const isRepeated =
      afterMs !== undefined &&
      afterMs < this.remainingMs() &&
      this.#init.whyNotReplayable() === undefined;
    if (isRepeated) return this.#restart(attempt, failed, afterMs);
    noteFailure(this.#plan, failed);
    return failed;
  }

  /** Repeats an attempt below its strategy. Rejects if the load balancer throws. */
  async #restart(
    { endpoint, previousAttempts, isPinned }: OpenAttempt,
    failed: FailedAttempt,
    afterMs: number,
  ): Promise<AttemptResult> {
    this.#wasRefused ||= failed.neverSent !== true && failed.outcome === "refused";
    if (afterMs > 0) await this.pause(afterMs);
    const next = isPinned ? endpoint : (this.#pickAgain() ?? endpoint);
    if (this.#isOver) return this.#whyOver();
    this.#restarts++;
    const again = new OpenAttempt(this, next, previousAttempts, isPinned);
    return this.#send(again, this.remainingMs());
  }

  #pickAgain(): LiveEndpoint | undefined {
    this.excluded = this.tried;
    return pickEndpoint(this.#plan, this, this.#among);
  }

  onAttemptFinished(): void {
    this.#unfinished--;
    this.#finishIfDone();
  }

  async #runStrategy(): Promise<void> {
    const { strategy } = this.#plan;
    try {
      const result: unknown = await strategy.run(this);
      this.#settle(isResult(result) ? result : strategyFailure(strategy));
    } catch (cause) {
      this.#settle(strategyThrew(strategy, cause));
    }
  }

  /** No further attempt starts, and each is stopped but the one whose answer is the result. */
  #settle(result: AttemptResult): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    for (const wake of this.#pauses ?? []) wake();
    if (this.#unfinished > 0) this.#stopAllBut(result);
    if (result.ok && result.endpoint !== undefined && this.#wasAnswered())
      this.#plan.budget.noteSuccess();
    this.#init.onResult(result.ok ? result : this.#describe(result), this);
    this.#finishIfDone();
  }

  /** A strategy may answer well although no endpoint did. */
  #wasAnswered(): boolean {
    return this.#attempts.some(isAnswered);
  }

  #describe(failure: FailedAttempt): FailedAttempt {
    const described = describeFailure(failure, this.attempts);
    return this.#wasCutShort ? noteBudget(described, this.#plan.budget.option) : described;
  }

  #stopAllBut(kept: AttemptResult): void {
    for (const attempt of this.#attempts) {
      const isKept = kept.ok && attempt.answer === kept.answer;
      if (!isKept && !attempt.isFinished) attempt.stop("cancelled", settledError());
    }
  }

  #finishIfDone(): void {
    if (!this.#isSettled || this.#unfinished > 0 || this.#isFinished) return;
    this.#isFinished = true;
    this.#plan.underWay.remove(this);
    this.#undoTimer?.();
    this.#init.signal?.removeEventListener("abort", this);
    this.#init.onFinished();
  }

  #passDeadline(idleStrategy?: string): FailedAttempt {
    return this.end("deadline-passed", deadlineError(this.#init.timeoutMs, idleStrategy));
  }

  /** Names the strategy if it waits for something that this call knows nothing of. */
  get #idleStrategy(): string | undefined {
    const waits = this.#isSettled || this.#unfinished > 0 || (this.#pauses?.size ?? 0) > 0;
    return waits ? undefined : this.#plan.strategy.name;
  }

  #noEndpoint(): FailedAttempt {
    if (this.#isOver) return this.#whyOver();
    const { typeName } = this.method.parent;
    const why = this.#plan.endpoints.whyNone?.(this);
    if (why === undefined) return rejection(undefined, `no endpoint is known for ${typeName}`);
    return rejection(undefined, `no endpoint of ${typeName} is left: ${why}`);
  }

  get #isOver(): boolean {
    return this.#isSettled || this.#over !== undefined;
  }

  #whyOver(): FailedAttempt {
    const error = settledError();
    return this.#over ?? { ok: false, endpoint: undefined, outcome: "cancelled", error };
  }

  /** A strategy that goes on and on after a refusal would never let another callback run. */
  #refuse(refusal: FailedAttempt): Promise<FailedAttempt> {
    if (++this.#refusals <= maxRefusals) return Promise.resolve(refusal);
    const rejected = Promise.reject(new Error("it goes on although every attempt is refused"));
    rejected.catch(() => {}); // one that nobody waits for must not end the process
    return rejected;
  }

  #send(attempt: OpenAttempt, remainingMs: number): Promise<AttemptResult> {
    const { attemptTimeoutMs, clock } = this.#plan;
    const { endpoint, previousAttempts } = attempt;
    this.#plan.endpoints.noteStart(attempt);
    if (this.#attempts.length === 0) this.#attempts = [attempt];
    else this.#attempts.push(attempt);
    const timeoutMs = this.#answersWithMany()
      ? remainingMs
      : Math.min(attemptTimeoutMs, remainingMs);
    attempt.runs(this.#init.start({ endpoint, previousAttempts, timeoutMs }, attempt));
    this.#unfinished++; // one that has finished by now has been taken off already
    if (attemptTimeoutMs < remainingMs) {
      attempt.boundBy(clock.setTimer(attemptTimeoutMs, () => this.#timeOut(attempt)));
    }
    return attempt.result;
  }

  /** The attempt of a stream is bounded up to its first message; that is no bound the peer could be told. */
  #answersWithMany(): boolean {
    const { methodKind } = this.method;
    return methodKind === "server_streaming" || methodKind === "bidi_streaming";
  }

  #timeOut(attempt: OpenAttempt): void {
    const error = attemptTimeoutError(attempt.endpoint, this.#plan.attemptTimeoutMs);
    attempt.stop("attempt-timed-out", error);
  }
}

const maxRefusals = 1_000;
const retry: AttemptOptions = { kind: "retry" };
const none: OpenAttempt[] = [];
const noEndpoints: readonly Endpoint[] = [];

/** Tells a budget that counts failures of one that the policy would repeat, or that the server said not to. */
function noteFailure({ budget, policy }: CallPlan, failed: FailedAttempt): void {
  if (budget.noteFailure === undefined) return;
  try {
    const counts = failed.pushback?.kind === "stop" || policy.retryOn(failed);
    if (counts) budget.noteFailure(failed);
  } catch {
    // whoever decides on a retry asks it too, and fails the call
  }
}

function neverLeft(attempt: OpenAttempt): boolean {
  return attempt.neverLeft;
}

function isAnswered({ answer }: OpenAttempt): boolean {
  return answer !== undefined;
}

function nowMs({ clock }: CallPlan): number {
  return clock.nowMs();
}
