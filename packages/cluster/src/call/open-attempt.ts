import type { ConnectError } from "@connectrpc/connect";
import type {
  Answer,
  AttemptFailure,
  AttemptListener,
  AttemptRecord,
  AttemptResult,
  CancelTimer,
  LiveEndpoint,
  Outcome,
  RunningAttempt,
} from "@thrice/core";
import type { StartedAttempt } from "../endpoints/started-attempt.js";
import { codeName } from "./code-name.js";

/** The call that an attempt belongs to. */
export interface AttemptOwner {
  readonly clock: { nowMs(): number };
  /** Called once, in the same tick as the attempt fails; what it returns is the failure. */
  judge(attempt: OpenAttempt, failure: AttemptFailure): AttemptFailure;
  /** Called once, when the attempt has ended. */
  onEnded(attempt: OpenAttempt): void;
  /** Called once, right after, with the failure as it was judged; without one if all went well. */
  onJudged(attempt: OpenAttempt, failure: AttemptFailure | undefined): void;
  /** Called once, after that, when the attempt holds nothing any more. */
  onAttemptFinished(attempt: OpenAttempt): void;
}

/** An attempt that ends when the wire says so, or when it is stopped from here; whichever is first. */
export class OpenAttempt implements AttemptListener, StartedAttempt {
  readonly endpoint: LiveEndpoint;
  readonly startedMs: number;
  olderAttempt: StartedAttempt | undefined = undefined;
  newerAttempt: StartedAttempt | undefined = undefined;
  /** Settles once, never rejects. */
  readonly result: Promise<AttemptResult>;
  /** Place among the attempts of the call that have ended, from 1 on; 0 until it has. */
  endedAs = 0;
  durationMs = 0;
  isFinished = false;
  /** What it was answered with, once it was. */
  answer: Answer | undefined = undefined;
  #failure: AttemptFailure | undefined = undefined;
  #running: RunningAttempt | undefined = undefined;
  #stopped: ConnectError | undefined = undefined;
  #undoTimer: CancelTimer | undefined = undefined;
  #resolve!: (result: AttemptResult) => void;
  readonly #owner: AttemptOwner;

  constructor(owner: AttemptOwner, endpoint: LiveEndpoint) {
    this.#owner = owner;
    this.endpoint = endpoint;
    this.startedMs = owner.clock.nowMs();
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Whether it ended without a request being sent, and so without load for any server. */
  get neverLeft(): boolean {
    return this.#failure?.outcome === "connect-failed";
  }

  /** What is told of it, once it has ended. */
  get record(): AttemptRecord {
    const failure = this.#failure;
    return {
      endpoint: this.endpoint.id,
      outcome: failure === undefined ? "answered" : failure.outcome,
      code: failure === undefined ? "ok" : codeName(failure.error.code),
      durationMs: this.durationMs,
    };
  }

  /** Hands over what runs; the attempt may have ended, or been stopped, while it was started. */
  runs(running: RunningAttempt): void {
    this.#running = running;
    if (this.#stopped !== undefined) running.cancel(this.#stopped);
  }

  /** Hands over a timer that is undone as soon as the attempt has ended. */
  boundBy(undoTimer: CancelTimer): void {
    if (this.endedAs > 0) undoTimer();
    else this.#undoTimer = undoTimer;
  }

  /** Ends the attempt from here, and frees what it holds on the wire, also after it was answered. */
  stop(outcome: Outcome, error: ConnectError): void {
    this.onFailure({ outcome, error });
    if (this.#running === undefined) this.#stopped = error;
    else this.#running.cancel(error);
  }

  onAnswer(answer: Answer): void {
    if (this.endedAs > 0) return;
    this.answer = answer;
    this.#end();
    this.#owner.onJudged(this, undefined);
    this.#resolve({ ok: true, endpoint: this.endpoint, answer });
  }

  onFailure(said: AttemptFailure): void {
    if (this.endedAs > 0) return;
    this.#end();
    const failure = this.#owner.judge(this, said);
    this.#failure = failure;
    this.#owner.onJudged(this, failure);
    this.#resolve({ ok: false, endpoint: this.endpoint, ...failure });
  }

  onFinished(): void {
    this.isFinished = true;
    this.#owner.onAttemptFinished(this);
  }

  #end(): void {
    this.durationMs = this.#owner.clock.nowMs() - this.startedMs;
    this.#undoTimer?.();
    this.#undoTimer = undefined;
    this.#owner.onEnded(this);
  }
}
