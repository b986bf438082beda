import type { Clock } from "@thrice/core";
import type { Budget } from "./budget.js";

/** What a {@link RetryBudget} is made with. */
export interface RetryBudgetOptions {
  /** Attempts that each successful call pays for. Units: 0 or more. @defaultValue 0.2 */
  readonly ratio: number;
  /** Attempts that can be saved up. @defaultValue 20 */
  readonly maxTokens: number;
  /** Attempts there are at the start. @defaultValue 4 */
  readonly startTokens: number;
  /** Attempts that come with time, per second, so that a client without success may try again now and then. @defaultValue 0.2 */
  readonly tokensPerSecond: number;
}

/** A budget that bounds retries to a fifth of what succeeds, and lets a fresh client make some all the same. */
export const defaultBudget: RetryBudgetOptions = {
  ratio: 0.2,
  maxTokens: 20,
  startTokens: 4,
  tokensPerSecond: 0.2,
};

/**
 * Tokens that successes earn and retries and hedges spend. Where the money comes from matters more than how much: funded by
 * requests, retries go on during an outage and keep it going.
 */
export class RetryBudget implements Budget {
  readonly #options: RetryBudgetOptions;
  readonly #clock: Clock;
  #tokens: number;
  #atMs: number;

  constructor(options: RetryBudgetOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#tokens = options.startTokens;
    this.#atMs = clock.nowMs();
  }

  /** Attempts that it can pay for now. */
  get tokens(): number {
    this.#fill();
    return this.#tokens;
  }

  hasBudget(): boolean {
    return this.tokens >= 1;
  }

  take(): boolean {
    if (!this.hasBudget()) return false;
    this.#tokens--;
    return true;
  }

  noteSuccess(): void {
    const { ratio, maxTokens } = this.#options;
    if (this.#tokens < maxTokens) this.#tokens = Math.min(maxTokens, this.#tokens + ratio);
  }

  #fill(): void {
    const { maxTokens, tokensPerSecond } = this.#options;
    const nowMs = this.#clock.nowMs();
    const earned = (Math.max(0, nowMs - this.#atMs) / 1_000) * tokensPerSecond;
    this.#atMs = nowMs;
    this.#tokens = Math.min(Math.max(maxTokens, this.#tokens), this.#tokens + earned);
  }
}
