/** An attempt, as the statistics of its endpoint keep it while it is under way. The links belong to them. */
export interface StartedAttempt {
  readonly startedMs: number;
  olderAttempt: StartedAttempt | undefined;
  newerAttempt: StartedAttempt | undefined;
}
