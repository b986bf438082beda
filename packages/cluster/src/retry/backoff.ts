import type { Backoff } from "@thrice/core";

/** Pauses that suit calls within a data centre: at first 25 ms at most, in the end 250 ms at most. */
export const defaultBackoff: Backoff = { baseMs: 25, maxMs: 250 };

/**
 * Draws the pause before retry number `retry`, 1 for the first: evenly from 0 to a bound that doubles each
 * time. Full jitter keeps clients that failed together from coming back together.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ "Full Jitter"
 */
export function drawPauseMs(backoff: Backoff, retry: number, random: () => number): number {
  return random() * Math.min(backoff.maxMs, backoff.baseMs * 2 ** (retry - 1));
}
