/** Pays for retries and hedges of all calls of a client. */
export interface Budget {
  /** Whether there is something left. */
  hasBudget(kind: "retry" | "hedge"): boolean;
  /** Takes the price of one attempt, and says whether it was there. */
  take(kind: "retry" | "hedge"): boolean;
  /** Takes note that a call succeeded, and so earned a share of an attempt. */
  noteSuccess(): void;
}
