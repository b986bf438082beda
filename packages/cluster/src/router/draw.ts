import type { RoutedCall } from "@thrice/core";

/**
 * A number from 0 up to 1 that is the same for all attempts of a call, and another one for each salt, so that what two
 * routers leave to chance does not go together. A salt is a whole number from 1 to a million.
 */
export function drawFor({ draw }: RoutedCall, salt: number): number {
  const spread = draw * salt;
  return spread - Math.floor(spread);
}

/** Index of the share that a draw falls into; shares are relative, and their sum is more than 0. */
export function drawIndex(shares: readonly number[], draw: number): number {
  let total = 0;
  for (const share of shares) total += share;
  let mark = draw * total;
  let last = 0;
  for (let at = 0; at < shares.length; at++) {
    const share = shares[at] as number;
    if (share === 0) continue;
    if (mark < share) return at;
    mark -= share;
    last = at;
  }
  return last; // rounding has carried the mark past the end
}
