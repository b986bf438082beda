import type { ConnectError } from "@connectrpc/connect";
import {
  type Answer,
  type AttemptFailure,
  type AttemptListener,
  type AttemptRecord,
  type AttemptResult,
  type Clock,
  type FailedAttempt,
  type LiveEndpoint,
  type Outcome,
  type RunningAttempt,
  Timer,
} from "@thrice/core";
import type { StartedAttempt } from "../endpoints/started-attempt.js";
import type { AttemptRequest } from "./call-plan.js";
import { codeName } from "./code-name.js";

/** The call that an attempt belongs to. */
export interface AttemptOwner {
  readonly clock: Clock;
  /** Time that the peer may be told it has, in milliseconds; `Infinity` for no bound. */
  peerTimeoutMs(): number;
  /** Called when the time is over that the attempt was bounded by; the owner stops it. */
  onTimeOut(attempt: OpenAttempt): void;
  /** Called once, in the same tick as the attempt fails; what it returns is the failure. */
  judge(attempt: OpenAttempt, failure: AttemptFailure): AttemptFailure;
  /** Called once, when the attempt has ended. */
  onEnded(attempt: OpenAttempt): void;
  /** Called once, right after, when it is known whether it failed, and how. */
  onJudged(attempt: OpenAttempt): void;
  /** Called once, after that, for an attempt that failed: what comes of it, which may be what another one comes to. */
  resultOf(attempt: OpenAttempt, failed: FailedAttempt): AttemptResult | Promise<AttemptResult>;
  /** Called once when it was answered, unless somebody has asked for a promise of what comes of it. */
  onAnswered(attempt: OpenAttempt, answer: Answer): void;
  /** Called once with what came of it when it has failed, unless somebody has asked for a promise of that. */
  onFailed(result: AttemptResult | Promise<AttemptResult>): void;
  /** Called once, after that, when the attempt holds nothing any more. */
  onAttemptFinished(attempt: OpenAttempt): void;
}

/**
 * An attempt that ends when the wire says so, or when it is stopped from here; whichever is first. It is its own timer, its
 * own place in the lists that it stands in, and what the wire is asked with: so that it costs one object.
 */
export class OpenAttempt extends Timer implements AttemptListener, StartedAttempt, AttemptRequest {
  readonly endpoint: LiveEndpoint;
  endedMs: number;
  olderAttempt: StartedAttempt | undefined = undefined;
  newerAttempt: StartedAttempt | undefined = undefined;
  /** Place among the attempts of the call that have ended, from 1 on; 0 until it has. */
  endedAs = 0;
  isFinished = false;
  /** What it was answered with, once it was. */
  answer: Answer | undefined = undefined;
  /** Why it failed, once it has. */
  failure: AttemptFailure | undefined = undefined;
  /** What runs; or, before that is known, why it is to stop. */
  #running: RunningAttempt | ConnectError | undefined = undefined;
  #resolve: ((result: AttemptResult | Promise<AttemptResult>) => void) | undefined = undefined;
  readonly #owner: AttemptOwner;
  /** Whether its strategy meant this very endpoint from the start. */
  readonly isPinned: boolean;
  /** Attempts of the call before it, without those that count for nothing. */
  readonly previousAttempts: number;

  constructor(owner: AttemptOwner, endpoint: LiveEndpoint, previousAttempts = 0, isPinned = false) {
    super();
    this.#owner = owner;
    this.endpoint = endpoint;
    this.previousAttempts = previousAttempts;
    this.isPinned = isPinned;
    this.startedMs = owner.clock.nowMs();
    this.endedMs = this.startedMs;
  }

  /** What comes of it. Settles once, never rejects. To be asked for before the attempt is started. */
  promise(): Promise<AttemptResult> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** 0 until it has ended. */
  get durationMs(): number {
    return this.endedMs - this.startedMs;
  }

  get timeoutMs(): number {
    return this.#owner.peerTimeoutMs();
  }

  /** Whether it ended without a request being sent, and so without load for any server. */
  get neverLeft(): boolean {
    const { failure } = this;
    return failure?.outcome === "connect-failed" || failure?.neverSent === true;
  }

  /** What is told of it, once it has ended. */
  get record(): AttemptRecord {
    const { failure } = this;
    return {
      endpoint: this.endpoint.id,
      outcome: failure === undefined ? "answered" : failure.outcome,
      code: failure === undefined ? "ok" : codeName(failure.error.code),
      durationMs: this.durationMs,
    };
  }

  /** Hands over what runs; the attempt may have ended, or been stopped, while it was started. */
  runs(running: RunningAttempt): void {
    const stopped = this.#running as ConnectError | undefined;
    this.#running = running;
    if (stopped !== undefined) running.cancel(stopped);
  }

  /** Bounds the attempt, unless it has ended by now. */
  boundBy(timeoutMs: number): void {
    if (this.endedAs === 0) this.#owner.clock.start(this, timeoutMs, this.startedMs);
  }

  /** The time is over. */
  fire(): void {
    this.#owner.onTimeOut(this);
  }

  /** Ends the attempt from here, and frees what it holds on the wire, also after it was answered. */
  stop(outcome: Outcome, error: ConnectError): void {
    this.onFailure({ outcome, error });
    const running = this.#running;
    if (running === undefined) this.#running = error;
    else if ("cancel" in running) running.cancel(error);
  }

  onAnswer(answer: Answer): void {
    if (this.endedAs > 0) return;
    this.answer = answer;
    this.#end();
    this.#owner.onJudged(this);
    if (this.#resolve === undefined) this.#owner.onAnswered(this, answer);
    else this.#resolve({ ok: true, endpoint: this.endpoint, answer });
  }

  onFailure(said: AttemptFailure): void {
    if (this.endedAs > 0) return;
    this.#end();
    const failure = this.#owner.judge(this, said);
    this.failure = failure;
    this.#owner.onJudged(this);
    const result = this.#owner.resultOf(this, { ok: false, endpoint: this.endpoint, ...failure });
    if (this.#resolve === undefined) this.#owner.onFailed(result);
    else this.#resolve(result);
  }

  onFinished(): void {
    this.isFinished = true;
    this.#owner.onAttemptFinished(this);
  }

  #end(): void {
    const { clock } = this.#owner;
    this.endedMs = clock.nowMs();
    clock.stop(this);
    this.#owner.onEnded(this);
  }
}
