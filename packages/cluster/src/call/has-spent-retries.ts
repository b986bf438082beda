import type { AttemptRecord, FailedAttempt } from "@thrice/core";

/**
 * Whether whoever caused a call that has failed should not try again either, lest retries multiply from hop to hop. A server
 * further down that spent its own says "stop"; what it said goes on from hop to hop.
 */
export function hasSpentRetries(
  { outcome, pushback, wasCutShort }: FailedAttempt,
  attempts: readonly AttemptRecord[],
): boolean {
  if (outcome === "cancelled") return false;
  return attempts.length > 1 || pushback?.kind === "stop" || wasCutShort === true;
}
