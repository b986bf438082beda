/** How long things take, drawn at random. */
import { checkFunction, checkNumber } from "@thrice/core";

/** Draws a time in milliseconds, 0 or more; `random` draws from 0 up to, but not including, 1. */
export type Distribution = (random: () => number) => number;

/** Always the same time, in milliseconds. @throws RangeError if it is out of range. */
export function constant(ms: number): Distribution {
  checkMs("ms", ms);
  return () => ms;
}

/** Any time from `minMs` to `maxMs` is as likely as any other. @throws RangeError if one is out of range. */
export function uniform(minMs: number, maxMs: number): Distribution {
  checkMs("minMs", minMs);
  checkNumber("maxMs", maxMs, minMs, longestMs);
  return (random) => minMs + random() * (maxMs - minMs);
}

/** Short times are the most likely, as where work comes in pieces of all sizes. @throws RangeError if it is out of range. */
export function exponential(meanMs: number): Distribution {
  checkMs("meanMs", meanMs);
  return (random) => -Math.log(1 - random()) * meanMs;
}

/** What a {@link lognormal} time is like. */
export interface LognormalOptions {
  /** Half of the times are shorter, in milliseconds, above 0. */
  readonly medianMs: number;
  /** One of a hundred is longer, in milliseconds, at least the median. */
  readonly p99Ms: number;
}

/** Most times are near the median and a few far longer, as answers of real servers are. @throws RangeError if it is out of range. */
export function lognormal({ medianMs, p99Ms }: LognormalOptions): Distribution {
  checkNumber("medianMs", medianMs, Number.MIN_VALUE, longestMs);
  checkNumber("p99Ms", p99Ms, medianMs, longestMs);
  const spread = Math.log(p99Ms / medianMs) / normalP99;
  return (random) => medianMs * Math.exp(spread * normal(random));
}

/** Which of the times are far longer. */
export interface StragglerOptions {
  /** Share of them, 0 to 1. */
  readonly ratio: number;
  /** How long those take. */
  readonly take: Distribution;
}

/** As `usual`, but for a share of stragglers. @throws TypeError or RangeError naming field, bound and value. */
export function withStragglers(
  usual: Distribution,
  { ratio, take }: StragglerOptions,
): Distribution {
  checkFunction("usual", usual);
  checkNumber("ratio", ratio, 0, 1);
  checkFunction("take", take);
  return (random) => (random() < ratio ? take(random) : usual(random));
}

/** Longest time that is taken, in milliseconds: a day. */
const longestMs = 86_400_000;

/** The 99 % quantile of the normal distribution. */
const normalP99 = 2.3263478740408408;

/** Draws from the normal distribution. @see G. Box and M. Muller, "Generation of Random Normal Deviates", 1958 */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function checkMs(field: string, value: number): number {
  return checkNumber(field, value, 0, longestMs);
}
