import type { Budget } from "./budget.js";

/** A `retryThrottling` of a service config. */
export interface ThrottlingRules {
  /** Tokens at the start, and at most: 1 to 1000. */
  readonly maxTokens: number;
  /** Tokens that a success earns: above 0, three decimals. */
  readonly tokenRatio: number;
}

/**
 * gRPC's own bound on retries and hedges: a failure costs one token, a success earns a share of one, and there are none while
 * half of the tokens or less are left. Tokens are counted in thousandths, so that sums are exact.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md "Throttling Retry Attempts and Hedged RPCs"
 */
export class GrpcThrottle implements Budget {
  readonly option = "serviceConfig.retryThrottling";
  readonly #max: number;
  readonly #earned: number;
  #thousandths: number;

  /** `before` is what it takes over from: with as large a share of its tokens as that one had. */
  constructor({ maxTokens, tokenRatio }: ThrottlingRules, before?: GrpcThrottle) {
    this.#max = maxTokens * 1_000;
    this.#earned = Math.round(tokenRatio * 1_000);
    const share = before === undefined ? 1 : before.#thousandths / before.#max;
    this.#thousandths = Math.round(share * this.#max);
  }

  get tokens(): number {
    return this.#thousandths / 1_000;
  }

  hasBudget(): boolean {
    return this.#thousandths > this.#max / 2;
  }

  take(): boolean {
    return this.hasBudget();
  }

  noteSuccess(): void {
    this.#thousandths = Math.min(this.#max, this.#thousandths + this.#earned);
  }

  noteFailure(): void {
    this.#thousandths = Math.max(0, this.#thousandths - 1_000);
  }
}
