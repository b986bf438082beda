/** What servers report of the requests that came. Units: milliseconds since the epoch. */

/** How many came from `fromMs` on and before `untilMs`. */
export function countBetween(
  arrivals: Float64Array,
  fromMs: number,
  untilMs = Number.POSITIVE_INFINITY,
): number {
  return arrivals.reduce((sum, atMs) => sum + (atMs >= fromMs && atMs < untilMs ? 1 : 0), 0);
}

/** When the first pause of `gapMs` begins after `fromMs`: the last arrival before it, or `fromMs` itself. */
export function firstGapMs(arrivals: Float64Array, fromMs: number, gapMs: number): number {
  let lastMs = fromMs;
  for (const atMs of arrivals.slice().sort()) {
    if (atMs < fromMs) continue;
    if (atMs - lastMs >= gapMs) break;
    lastMs = atMs;
  }
  return lastMs;
}
