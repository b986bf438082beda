import type { FailedAttempt } from "@thrice/core";

/** Pays for retries and hedges. One may serve many calls, and many clients. */
export interface Budget {
  /** The option that changes it, for errors. @defaultValue "retryBudget" */
  readonly option?: string;
  /** Attempts that it can pay for now, for reports. */
  readonly tokens?: number;
  /** Whether there is something left. */
  hasBudget(kind: "retry" | "hedge"): boolean;
  /** Takes the price of one attempt, and says whether it was there. */
  take(kind: "retry" | "hedge"): boolean;
  /** Takes note that a call succeeded, and so earned a share of an attempt. */
  noteSuccess(): void;
  /** Takes note of an attempt that its call's policy counts as a failure. */
  noteFailure?(failure: Pick<FailedAttempt, "pushback">): void;
  /** Takes note that calls with so many retries are to come: a fresh budget pays for all of one. */
  expectRetries?(retries: number): void;
}

/** Pays for everything. */
export const unlimitedBudget: Budget = {
  hasBudget: () => true,
  take: () => true,
  noteSuccess: () => {},
};
