/** One call on its way: what its strategy sees, and what ends it from outside. */
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type AttemptEnd,
  type AttemptRecord,
  type AttemptResult,
  type ClusterCall,
  type Endpoint,
  type FailedAttempt,
  maxTimerMs,
  type Outcome,
  type PickOptions,
} from "@thrice/core";
import { freshEndpoints } from "../fresh-endpoints.js";
import type { CallPlan } from "./call-plan.js";
import { codeName } from "./code-name.js";
import { deadlineError } from "./end-errors.js";
import { WatchedAttempt } from "./watched-attempt.js";

export class CallRun implements ClusterCall {
  readonly tried: Endpoint[] = [];
  readonly attempts: AttemptRecord[] = [];
  readonly #plan: CallPlan;
  readonly #startedMs: number;
  readonly #open = new Set<WatchedAttempt>();
  readonly #pauses = new Set<() => void>();
  /** Why the caller or the deadline ended the call, once one did. */
  #over: FailedAttempt | undefined;
  /** Whether the strategy has answered. */
  #isSettled = false;
  #refusals = 0;

  constructor(plan: CallPlan) {
    this.#plan = plan;
    this.#startedMs = plan.clock.nowMs();
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

  remainingMs(): number {
    if (this.#isOver) return 0;
    return Math.max(0, this.#startedMs + this.#plan.timeoutMs - this.clock.nowMs());
  }

  pick({ exclude = [] }: PickOptions = {}): Endpoint | undefined {
    const all = this.endpoints;
    const fresh = exclude.length === 0 ? all : freshEndpoints(all, exclude);
    const candidates = fresh.length === 0 ? all : fresh;
    if (candidates.length === 0) return undefined;
    const picked = this.#plan.picker.pick(candidates, this);
    if (picked !== undefined) return picked;
    const name = this.#plan.loadBalancerName;
    throw new Error(`load balancer ${name} picked none of ${candidates.length} endpoints`);
  }

  async attempt(endpoint: Endpoint | undefined): Promise<AttemptResult> {
    if (endpoint === undefined) return this.#refuse(this.#noEndpoint());
    const refusal = this.#whyNotSend(endpoint);
    return refusal ? this.#refuse(refusal) : { ...(await this.#send(endpoint)), endpoint };
  }

  pause(delayMs: number): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        undo();
        this.#pauses.delete(wake);
        resolve();
      };
      const undo = this.clock.setTimer(Math.min(delayMs, maxTimerMs), wake);
      this.#pauses.add(wake);
    });
  }

  /** Ends the call from outside: pauses wake, running attempts stop, no further one starts. */
  end(outcome: Outcome, error: ConnectError): FailedAttempt {
    this.#over ??= { ok: false, endpoint: this.tried.at(-1), outcome, error };
    for (const wake of this.#pauses) wake();
    for (const attempt of this.#open) attempt.stop(outcome, error);
    return this.#over;
  }

  /**
   * Settles the call: no further attempt starts, and each is stopped but the one whose answer is `kept`.
   * Resolves when that one is finished.
   */
  async keepOnly(kept: AttemptResult): Promise<void> {
    this.#isSettled = true;
    for (const wake of this.#pauses) wake();
    for (const attempt of this.#open) {
      const isKept = kept.ok && attempt.answer === kept.answer;
      if (!isKept) attempt.stop("cancelled", settledError());
    }
    await Promise.all([...this.#open].map(({ finished }) => finished));
  }

  /** Why the call takes no further attempt, if so. */
  #whyNotSend(endpoint: Endpoint): FailedAttempt | undefined {
    if (this.#isOver) return this.#whyOver();
    const { timeoutMs } = this.#plan;
    if (this.remainingMs() === 0) return this.end("deadline-passed", deadlineError(timeoutMs));
    const whyNot = this.tried.length === 0 ? undefined : this.#plan.whyNotReplayable();
    return whyNot === undefined ? undefined : this.#reject(endpoint, whyNot);
  }

  #noEndpoint(): FailedAttempt {
    if (this.#isOver) return this.#whyOver();
    return this.#reject(undefined, `no endpoint is known for ${this.method.parent.typeName}`);
  }

  get #isOver(): boolean {
    return this.#isSettled || this.#over !== undefined;
  }

  #whyOver(): FailedAttempt {
    const error = settledError();
    return this.#over ?? { ok: false, endpoint: undefined, outcome: "cancelled", error };
  }

  /** A strategy that goes on and on after a refusal would never let another callback run. */
  #refuse(refusal: FailedAttempt): FailedAttempt {
    if (++this.#refusals <= maxRefusals) return refusal;
    throw new Error("it goes on although every attempt is refused");
  }

  #send(endpoint: Endpoint): Promise<AttemptEnd> {
    const { attemptTimeoutMs } = this.#plan;
    const remainingMs = this.remainingMs();
    const previousAttempts = this.tried.length;
    this.tried.push(endpoint);
    const startedMs = this.clock.nowMs();
    const running = this.#plan.start({
      endpoint,
      previousAttempts,
      timeoutMs: this.#answersWithMany() ? remainingMs : Math.min(attemptTimeoutMs, remainingMs),
    });
    const attempt = new WatchedAttempt(running, (end) => this.#judge(endpoint, startedMs, end));
    this.#open.add(attempt);
    void attempt.finished.then(() => this.#open.delete(attempt));
    if (attemptTimeoutMs < remainingMs) {
      const stop = () => attempt.stop("attempt-timed-out", this.#attemptTimeout(endpoint));
      attempt.boundBy(this.clock.setTimer(attemptTimeoutMs, stop));
    }
    return attempt.end;
  }

  /** The attempt of a stream is bounded up to its first message; that is no bound the peer could be told. */
  #answersWithMany(): boolean {
    const { methodKind } = this.method;
    return methodKind === "server_streaming" || methodKind === "bidi_streaming";
  }

  #judge({ id }: Endpoint, startedMs: number, said: AttemptEnd): AttemptEnd {
    const durationMs = this.clock.nowMs() - startedMs;
    const end = this.#ownTimeout(said, durationMs);
    this.attempts.push({
      endpoint: id,
      outcome: end.ok ? "answered" : end.outcome,
      code: end.ok ? "ok" : codeName(end.error.code),
      durationMs,
    });
    return end;
  }

  /** A server whose timer was the quicker says `deadline_exceeded` for us; it is our timeout all the same. */
  #ownTimeout(end: AttemptEnd, durationMs: number): AttemptEnd {
    const saysDeadline = !end.ok && end.error.code === Code.DeadlineExceeded;
    if (!saysDeadline || end.outcome !== "answered") return end;
    if (this.remainingMs() === 0) return { ...end, outcome: "deadline-passed" };
    return durationMs >= this.#plan.attemptTimeoutMs
      ? { ...end, outcome: "attempt-timed-out" }
      : end;
  }

  #attemptTimeout({ id }: Endpoint): ConnectError {
    const text = `no answer from ${id} within attemptTimeoutMs ${this.#plan.attemptTimeoutMs}`;
    return new ConnectError(text, Code.DeadlineExceeded);
  }

  #reject(endpoint: Endpoint | undefined, text: string): FailedAttempt {
    const error = new ConnectError(text, Code.Unavailable);
    return { ok: false, endpoint, outcome: "rejected", error };
  }
}

const maxRefusals = 1_000;

function settledError(): ConnectError {
  return new ConnectError("the call is settled", Code.Canceled);
}
