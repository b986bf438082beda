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

/**
 * Draws the pause before retry number `retry` as gRPC does: the bound grows by `multiplier`, and the pause is off it by a
 * fifth at most.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md "Exponential Backoff"
 */
export function drawA6PauseMs(
  { baseMs, maxMs }: Backoff,
  multiplier: number,
  retry: number,
  random: () => number,
): number {
  return Math.min(baseMs * multiplier ** (retry - 1), maxMs) * (0.8 + 0.4 * random());
}
