/**
 * When the next dial may start. Pure: the time is handed in.
 *
 * Units: times are those of a monotonic clock, in milliseconds.
 *
 * After a failed dial: 25 ms × 1.6ⁿ up to 1 s, ±20 %. That is shorter than gRPC's 1 s to 120 s, and than the 10 s that
 * facts/resilience.md names, since nobody dials without a call that wants it, and a cluster takes a bad endpoint out of
 * the choice (for up to 30 s) long before. What is left to this pause is to keep calls from becoming dials one for one.
 * A single server that restarts stays hidden for 1.2 s at most. The first pause is no longer than the shortest pause of
 * a retry, so that an attempt finds a dial and not the echo of the last one.
 */

/** How long the pauses are. */
export interface ReconnectBackoffOptions {
  /** First pause, in milliseconds. */
  readonly firstBackoffMs: number;
  /** Longest pause before jitter, in milliseconds. */
  readonly maxBackoffMs: number;
  /** Draws from 0 up to, but not including, 1. */
  readonly random: () => number;
}

const growth = 1.6;
const jitterRatio = 0.2;

/** Backoff of one endpoint. */
export class ReconnectBackoff {
  readonly #options: ReconnectBackoffOptions;
  #failures = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(options: ReconnectBackoffOptions) {
    this.#options = options;
  }

  /** Time left until a dial may start, in milliseconds; 0 if it may start now. */
  pauseMs(nowMs: number): number {
    return Math.max(0, this.#notBeforeMs - nowMs);
  }

  /** Takes note that a dial failed. */
  noteFailed(nowMs: number): void {
    const { firstBackoffMs, maxBackoffMs, random } = this.#options;
    const ms = Math.min(maxBackoffMs, firstBackoffMs * growth ** this.#failures++);
    this.#notBeforeMs = nowMs + ms * (1 - jitterRatio + 2 * jitterRatio * random());
  }

  /**
   * Takes note that a connection takes no more requests. One that does so right after it opened is not dialled anew as
   * fast as the peer sends it away: two dials are the first pause apart.
   *
   * @returns whether that was so.
   */
  noteLost(openedAtMs: number, nowMs: number): boolean {
    const earliestMs = openedAtMs + this.#options.firstBackoffMs;
    this.#notBeforeMs = Math.max(this.#notBeforeMs, earliestMs);
    return earliestMs > nowMs;
  }

  /** Forgets all failures, after a dial that succeeded: the next one may start at once. */
  reset(): void {
    this.#failures = 0;
    this.#notBeforeMs = Number.NEGATIVE_INFINITY;
  }
}
