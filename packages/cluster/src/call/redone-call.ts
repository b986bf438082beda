import type { AttemptListener, AttemptResult, RunningAttempt } from "@thrice/core";
import type { AttemptRequest, CallInit } from "./call-plan.js";

/** The request of a call that is made once more, without the caller and the deadline that it had. */
export class RedoneCall implements CallInit {
  readonly timeoutMs = Number.POSITIVE_INFINITY;
  readonly signal = undefined;
  readonly onResult: (result: AttemptResult) => void;
  readonly #original: CallInit;

  constructor(original: CallInit, onResult: (result: AttemptResult) => void) {
    this.#original = original;
    this.onResult = onResult;
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

  onFinished(): void {}
}
