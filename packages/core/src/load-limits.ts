/** Limits of a server's load, as values. What counts by them is made anew for each server, service and method. */

/** How many calls may come in some time. */
export interface RateLimit {
  /** Begins to count, at a time of the server's clock in milliseconds. */
  start(nowMs: number): RateMeter;
}

/** Counts calls by a rate limit. Times are those of the server's clock, in milliseconds. */
export interface RateMeter {
  /** How long until one more call is within the limit, in milliseconds; 0 if it is now. Counts nothing. */
  waitMs(nowMs: number): number;
  /** Counts a call. */
  take(nowMs: number): void;
}

/** How many calls may run at once, found out while they run. */
export interface ConcurrencyLimit {
  /** Begins to measure. */
  start(): ConcurrencyMeter;
}

/** Measures calls, and says how many may run at once. */
export interface ConcurrencyMeter {
  /** Calls that may run at once now; a fraction counts for nothing. */
  readonly limit: number;
  /**
   * Notes a call of one answer whose handler is done: what it took in milliseconds, how many ran when it began, itself
   * included, and the time of the server's clock.
   */
  note(tookMs: number, running: number, nowMs: number): void;
}

/** Limits of a server, a service or a method. Each counts for itself, and a call has to be within all of them. */
export interface LoadLimitOptions {
  /** Calls that may run at once, 1 to 1 000 000, or a limit that adapts, such as `gradientLimit()`. @defaultValue no limit */
  readonly maxConcurrency?: number | ConcurrencyLimit | undefined;
  /** Calls that may come in some time: `tokenBucket()`, `slidingWindow()` or `fixedWindow()`. @defaultValue no limit */
  readonly rateLimit?: RateLimit | undefined;
}
