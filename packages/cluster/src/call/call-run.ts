/**
 * One call on its way: what its strategy sees, and what ends it from outside.
 *
 * Hot path: one object per call, and of the rest only what the call needs. Measured (bench/call.bench.ts).
 */
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type AttemptFailure,
  type AttemptRecord,
  type AttemptResult,
  type CancelTimer,
  type ClusterCall,
  type Endpoint,
  type FailedAttempt,
  maxTimerMs,
  type Outcome,
  type PickOptions,
} from "@thrice/core";
import { freshEndpoints } from "../fresh-endpoints.js";
import type { CallInit, CallPlan } from "./call-plan.js";
import type { UnderWay } from "./calls-under-way.js";
import { describeFailure } from "./describe-failure.js";
import { cancelError, deadlineError } from "./end-errors.js";
import { type AttemptOwner, OpenAttempt } from "./open-attempt.js";
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

  get endpoints(): readonly Endpoint[] {
    return this.#plan.directory.snapshot().endpoints;
  }

  get tried(): readonly Endpoint[] {
    return this.#attempts.map(({ endpoint }) => endpoint);
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
      this.#undoTimer = this.clock.setTimer(timeoutMs, () => this.#passDeadline());
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

  remainingMs(): number {
    if (this.#isOver) return 0;
    const dueMs = this.#dueMs;
    return dueMs === Number.POSITIVE_INFINITY ? dueMs : Math.max(0, dueMs - nowMs(this.#plan));
  }

  pick(options?: PickOptions): Endpoint | undefined {
    const all = this.endpoints;
    const exclude = options?.exclude ?? noEndpoints;
    const fresh = exclude.length === 0 ? all : freshEndpoints(all, exclude);
    const candidates = fresh.length === 0 ? all : fresh;
    if (candidates.length === 0) return undefined;
    const picked = this.#plan.picker.pick(candidates, this);
    if (picked !== undefined) return picked;
    const name = this.#plan.loadBalancerName;
    throw new Error(`load balancer ${name} picked none of ${candidates.length} endpoints`);
  }

  attempt(endpoint: Endpoint | undefined): Promise<AttemptResult> {
    if (endpoint === undefined) return this.#refuse(this.#noEndpoint());
    if (this.#isOver) return this.#refuse(this.#whyOver());
    const remainingMs = this.remainingMs();
    if (remainingMs === 0) return this.#refuse(this.#passDeadline());
    const whyNot = this.#attempts.length === 0 ? undefined : this.#init.whyNotReplayable();
    if (whyNot !== undefined) return this.#refuse(rejection(endpoint, whyNot));
    return this.#send(endpoint, remainingMs);
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
    // A server whose timer was the quicker says `deadline_exceeded` for us; it is our timeout all the same.
    const saysDeadline = failure.error.code === Code.DeadlineExceeded;
    if (!saysDeadline || failure.outcome !== "answered") return failure;
    if (this.remainingMs() === 0) return { ...failure, outcome: "deadline-passed" };
    const isOurs = attempt.durationMs >= this.#plan.attemptTimeoutMs;
    return isOurs ? { ...failure, outcome: "attempt-timed-out" } : failure;
  }

  onEnded(attempt: OpenAttempt): void {
    attempt.endedAs = ++this.#ended;
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
    this.#init.onResult(result.ok ? result : describeFailure(result, this.attempts), this);
    this.#finishIfDone();
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

  #passDeadline(): FailedAttempt {
    return this.end("deadline-passed", deadlineError(this.#init.timeoutMs));
  }

  #noEndpoint(): FailedAttempt {
    if (this.#isOver) return this.#whyOver();
    return rejection(undefined, `no endpoint is known for ${this.method.parent.typeName}`);
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
    return Promise.reject(new Error("it goes on although every attempt is refused"));
  }

  #send(endpoint: Endpoint, remainingMs: number): Promise<AttemptResult> {
    const { attemptTimeoutMs, clock } = this.#plan;
    const previousAttempts = this.#attempts.length;
    const attempt = new OpenAttempt(this, endpoint);
    if (previousAttempts === 0) this.#attempts = [attempt];
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
    const { id } = attempt.endpoint;
    const text = `no answer from ${id} within attemptTimeoutMs ${this.#plan.attemptTimeoutMs}`;
    attempt.stop("attempt-timed-out", new ConnectError(text, Code.DeadlineExceeded));
  }
}

const maxRefusals = 1_000;
const none: OpenAttempt[] = [];
const noEndpoints: readonly Endpoint[] = [];

function nowMs({ clock }: CallPlan): number {
  return clock.nowMs();
}

function rejection(endpoint: Endpoint | undefined, text: string): FailedAttempt {
  const error = new ConnectError(text, Code.Unavailable);
  return { ok: false, endpoint, outcome: "rejected", error };
}

function settledError(): ConnectError {
  return new ConnectError("the call is settled", Code.Canceled);
}
