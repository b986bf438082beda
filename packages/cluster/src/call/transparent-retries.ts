import type { AttemptFailure, AttemptResult, FailedAttempt } from "@thrice/core";
import { decideRestart } from "./decide-restart.js";
import type { OpenAttempt } from "./open-attempt.js";
import type { StrategyCall } from "./strategy-call.js";

/** Repeats attempts of one call below its strategy, where no handler can have seen them. */
export class TransparentRetries {
  readonly #call: StrategyCall;
  /** Attempts that were repeated. */
  count = 0;
  #wasRefused = false;

  constructor(call: StrategyCall) {
    this.#call = call;
  }

  /** How long to wait before `failed` is repeated, in milliseconds; undefined if it is not, or not in time. */
  afterMs(failed: FailedAttempt): number | undefined {
    const { policy, random } = this.#call;
    const afterMs = decideRestart(failed, {
      policy,
      random,
      restarts: this.count,
      wasRefused: this.#wasRefused,
    });
    return afterMs !== undefined && afterMs < this.#call.remainingMs() ? afterMs : undefined;
  }

  /** Rejects if the load balancer throws. */
  async repeat(
    { endpoint, previousAttempts, isPinned }: OpenAttempt,
    failure: AttemptFailure,
    afterMs: number,
  ): Promise<AttemptResult> {
    this.#wasRefused ||= failure.neverSent !== true && failure.outcome === "refused";
    if (afterMs > 0) await this.#call.pause(afterMs);
    const next = isPinned ? endpoint : (this.#call.pickUntried() ?? endpoint);
    const over = this.#call.whyOver();
    if (over !== undefined) return over;
    this.count++;
    this.#call.counters?.noteFurther("transparent");
    return this.#call.resend(next, previousAttempts, isPinned);
  }
}
