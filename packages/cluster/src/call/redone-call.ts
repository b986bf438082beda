import type {
  Answer,
  AttemptListener,
  AttemptResult,
  FailedAttempt,
  LiveEndpoint,
  RunningAttempt,
} from "@thrice/core";
import type { AttemptRequest, CallInit } from "./call-plan.js";

/** The request of a call that is made once more, without the caller and the deadline that it had. */
export class RedoneCall implements CallInit {
  readonly timeoutMs = Number.POSITIVE_INFINITY;
  readonly signal = undefined;
  readonly #original: CallInit;
  readonly #settle: (result: AttemptResult) => void;

  constructor(original: CallInit, settle: (result: AttemptResult) => void) {
    this.#original = original;
    this.#settle = settle;
  }

  get message() {
    return this.#original.message;
  }

  get header() {
    return this.#original.header;
  }

  start(request: AttemptRequest, listener: AttemptListener): RunningAttempt {
    return this.#original.start(request, listener);
  }

  whyNotReplayable(): string | undefined {
    return this.#original.whyNotReplayable();
  }

  onAnswer(answer: Answer, endpoint: LiveEndpoint | undefined): void {
    this.#settle({ ok: true, endpoint, answer });
  }

  onFailure(failure: FailedAttempt): void {
    this.#settle(failure);
  }

  onFinished(): void {}
}
