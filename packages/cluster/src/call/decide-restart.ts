/**
 * Transparent retries: attempts that are repeated below the strategy, whatever it is, since no handler can have seen them.
 * They cost nothing of `retries` and nothing of the budget.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md "Transparent Retries"
 */
import type { AttemptFailure, RetryPolicy } from "@thrice/core";
import { drawPauseMs } from "../retry/backoff.js";

/** What the decision needs to know of the call. */
export interface RestartContext {
  readonly policy: RetryPolicy;
  readonly random: () => number;
  /** Transparent retries so far. */
  readonly restarts: number;
  /** Whether one of them followed a refusal by a server. */
  readonly wasRefused: boolean;
}

/**
 * How long to wait before a failed attempt is repeated as if it had not been, in milliseconds; undefined if it is not.
 *
 * A request that never left is repeated again and again, at first at once; one that a server refused before any handler saw
 * it once in a call, at once. With `waitForReady`, an endpoint that cannot be reached is waited for.
 */
export function decideRestart(failure: AttemptFailure, call: RestartContext): number | undefined {
  const { outcome, neverSent } = failure;
  const isWaitedFor = call.policy.waitForReady === true && outcome === "connect-failed";
  if (neverSent === true || isWaitedFor) {
    const { backoff } = call.policy;
    return call.restarts === 0 ? 0 : drawPauseMs(backoff, call.restarts, call.random);
  }
  return outcome === "refused" && !call.wasRefused ? 0 : undefined;
}
