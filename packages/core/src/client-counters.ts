/**
 * How often each has happened since a client was made. Whole numbers that only grow; take two and subtract.
 *
 * Of `attempts`, those that are neither `retries`, `transparentRetries`, `hedges` nor `planned` are the first ones of calls.
 */
export interface ClientCounters {
  /** Calls that came to the cluster layer, also those that `failback` makes in the background. */
  readonly calls: number;
  /** Calls that failed, whatever the reason. */
  readonly failedCalls: number;
  /** Attempts that were begun. */
  readonly attempts: number;
  /** Attempts made since another one failed. */
  readonly retries: number;
  /** Attempts made below the strategy, since no handler can have seen the one before. */
  readonly transparentRetries: number;
  /** Attempts made while another one took long. */
  readonly hedges: number;
  /** Attempts after the first one that a strategy meant to make from the start, as a broadcast does. */
  readonly planned: number;
  /** Times that the retry budget had nothing left for a retry or a hedge; a hedge that waits for it asks several times. */
  readonly budgetRefusals: number;
  /** Calls that the throttle held back. */
  readonly throttled: number;
  /** Times that a call had an endpoint picked. */
  readonly picks: number;
  /** Ejections of endpoints, also those after a trial that failed. */
  readonly ejections: number;
  /** Ejected endpoints that came back. */
  readonly returns: number;
  /** Probes that have ended, and those of them that failed. */
  readonly probes: number;
  readonly failedProbes: number;
}
