/**
 * How an attempt ended, by origin: who said so, and how far the request had come. Retry, ejection,
 * balancing and metrics read this, not a bare code.
 *
 * Shape:
 * - `answered`: the peer answered, with a result or a status
 * - `refused`: the peer, or its connection, dropped the request before any handler ran
 * - `connect-failed`: no connection could be opened
 * - `connection-lost`: the connection broke after the request was sent
 * - `attempt-timed-out`: the attempt's own time ran out
 * - `deadline-passed`: the call's time ran out
 * - `cancelled`: the caller gave up, or another attempt had won
 * - `rejected`: concluded on this side, and no retry mends it: no endpoint, a limit, a request that failed; or failed by an
 *   attempt interceptor before it was sent, whose code says whether a retry may
 */
export type Outcome =
  | "answered"
  | "refused"
  | "connect-failed"
  | "connection-lost"
  | "attempt-timed-out"
  | "deadline-passed"
  | "cancelled"
  | "rejected";

/** Whether a failed attempt provably never reached a handler, so that sending it again repeats nothing. */
export function isUnprocessed(outcome: Outcome): boolean {
  return outcome === "refused" || outcome === "connect-failed";
}
