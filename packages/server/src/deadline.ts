import { Code, ConnectError } from "@connectrpc/connect";
import { type CancelTimer, type Clock, maxTimerMs } from "@thrice/core";

/**
 * Ends the wait for a handler when its call's time is over. One timer serves all steps of a stream, and nothing is left
 * on a signal or on a promise that outlives a step.
 *
 * Shape: running → passed, or running → cleared; one step is waited for at a time.
 */
export class Deadline {
  #undoTimer: CancelTimer | undefined;
  #fail: ((reason: ConnectError) => void) | undefined;
  #passed = false;

  /** Units: `leftMs` is counted from now; undefined, or more than a timer can hold, sets no bound. */
  constructor(leftMs: number | undefined, clock: Clock) {
    if (leftMs === undefined || leftMs > maxTimerMs) return;
    // Whole milliseconds, so that the timers of calls with the same timeout have the same delay.
    this.#undoTimer = clock.setTimer(Math.max(Math.ceil(leftMs), 0), () => {
      this.#passed = true;
      this.#fail?.(deadlineError());
    });
  }

  /** Whether time ran out before `clear` was called. */
  get passed(): boolean {
    return this.#passed;
  }

  /** Calls `fail` with `deadline_exceeded` as soon as time is over. */
  tell(fail: (reason: ConnectError) => void): void {
    if (this.#passed) fail(deadlineError());
    else this.#fail = fail;
  }

  /** Settles like `work` does, or rejects with `deadline_exceeded` as soon as time is over; then `work` is not begun. */
  bound<T>(work: () => Promise<T>): Promise<T> {
    if (this.#undoTimer === undefined) return work();
    return new Promise((resolve, reject) => {
      if (this.#passed) throw deadlineError();
      this.#fail = reject;
      Promise.resolve(work()).then(resolve, reject);
    });
  }

  /** Stops the timer. */
  clear(): void {
    this.#undoTimer?.();
  }
}

function deadlineError(): ConnectError {
  return new ConnectError("the deadline passed before the handler answered", Code.DeadlineExceeded);
}
