/** How things stand with a client at one moment, for gauges. What has happened so far is in `ClientCounters`. */
export interface ClientLevels {
  /** Attempts that the retry budget can pay for now; undefined if it sets no bound, or does not tell. */
  readonly budgetTokens: number | undefined;
  /** Endpoints that the directory knows. */
  readonly endpoints: number;
  /** Those of them that health keeps out; 0 with `health: false`. */
  readonly ejectedEndpoints: number;
  /** Connections that are open, those included that only finish what they have begun. */
  readonly connections: number;
}
