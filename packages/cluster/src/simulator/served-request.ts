import type { ConnectError } from "@connectrpc/connect";
import type {
  AttemptFailure,
  AttemptListener,
  Clock,
  InboundCall,
  RunningAttempt,
} from "@thrice/core";
import { emptyAnswer } from "./simulated-method.js";

/** One attempt, as its server sees it. The caller may have gone while the work goes on. */
export class ServedRequest implements RunningAttempt, InboundCall {
  /** When the caller stops waiting. */
  readonly dueMs: number;
  /** Whether the caller should not repeat it. */
  hasSpentRetries = false;
  /** Stops what is done for it now: the work, or the call to the next hop. */
  stopWork: (() => void) | undefined = undefined;
  #listener: AttemptListener | undefined;
  readonly #clock: Clock;
  readonly #onCancel: (request: ServedRequest) => void;

  constructor(
    clock: Clock,
    timeoutMs: number,
    listener: AttemptListener,
    onCancel: (request: ServedRequest) => void,
  ) {
    this.#clock = clock;
    this.#listener = listener;
    this.#onCancel = onCancel;
    this.dueMs = clock.nowMs() + timeoutMs;
  }

  remainingMs(): number {
    return Math.max(0, this.dueMs - this.#clock.nowMs());
  }

  noteRetriesSpent(): void {
    this.hasSpentRetries = true;
  }

  answer(): void {
    const listener = this.#leave();
    listener?.onAnswer(emptyAnswer);
    listener?.onFinished();
  }

  fail(failure: AttemptFailure): void {
    const listener = this.#leave();
    listener?.onFailure(failure);
    listener?.onFinished();
  }

  /** The caller gives it up; what comes of the work is the server's to say. */
  cancel(error: ConnectError): void {
    const isWaitedFor = this.#listener !== undefined;
    this.fail({ outcome: "cancelled", error });
    if (isWaitedFor) this.#onCancel(this);
  }

  #leave(): AttemptListener | undefined {
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }
}
