import type { ConnectError } from "@connectrpc/connect";
import { cancelError, deadlineError, type UnderWay } from "@thrice/cluster";
import type { Clock, Outcome } from "@thrice/core";

/** What ends a call before its answer is there. */
export interface Bounds {
  readonly signal: AbortSignal | undefined;
  /** In milliseconds from now; `Infinity` for none. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Bounds a call that has interceptors around it: an interceptor that waits ends with the caller's cancel, the deadline and
 * the client's close, as the call beneath it does.
 */
export class CallBounds implements UnderWay {
  previousUnderWay: UnderWay | undefined = undefined;
  nextUnderWay: UnderWay | undefined = undefined;
  readonly #controller = new AbortController();
  readonly #bounds: Bounds;
  readonly #held: Promise<unknown>[] = [];
  #fail: (error: ConnectError) => void = () => {};
  readonly #onAbort = () =>
    this.#end(cancelError(this.#bounds.signal?.reason), this.#bounds.signal?.reason);

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Ends with the call, for interceptors and for what they call. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Runs `call`; what ends it from outside comes first. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const { signal, timeoutMs, clock } = this.#bounds;
    const ended = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    const onDeadline = () => this.end("deadline-passed", deadlineError(timeoutMs));
    const undoTimer = Number.isFinite(timeoutMs)
      ? clock.setTimer(timeoutMs, onDeadline)
      : undefined;
    signal?.addEventListener("abort", this.#onAbort);
    if (signal?.aborted) this.#onAbort();
    try {
      return await Promise.race([ended, call()]);
    } finally {
      undoTimer?.();
      void Promise.allSettled(this.#held).then(() =>
        signal?.removeEventListener("abort", this.#onAbort),
      );
    }
  }

  /** Keeps the caller's signal at work until `finished`, for a stream that is read after `run` has settled. */
  holdUntil(finished: Promise<unknown>): void {
    this.#held.push(finished);
  }

  /** Ends the call from outside. */
  end(_outcome: Outcome, error: ConnectError): void {
    this.#end(error, error);
  }

  #end(error: ConnectError, reason: unknown): void {
    this.#fail(error);
    this.#controller.abort(reason);
  }
}
