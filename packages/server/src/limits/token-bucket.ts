import { checkNumber, checkWholeNumber, type RateLimit } from "@thrice/core";

/** A rate, and how much of it may come at once. */
export interface TokenBucketOptions {
  /** Calls a second in the long run, 0.001 to 1 000 000 000. */
  readonly perSecond: number;
  /** Calls at once after a quiet time, 1 to 1 000 000 000. @defaultValue those of a second, at least 1 */
  readonly burst?: number | undefined;
}

/**
 * Lets calls in as tokens drip into a bucket that holds a burst, and is full at the start.
 *
 * @throws RangeError naming field, bound and value.
 */
export function tokenBucket(options: TokenBucketOptions): RateLimit {
  const perSecond = checkNumber("tokenBucket.perSecond", options.perSecond, 0.001, 1_000_000_000);
  const { burst = Math.max(1, Math.ceil(perSecond)) } = options;
  checkWholeNumber("tokenBucket.burst", burst, 1, 1_000_000_000);
  return {
    start(startMs) {
      let tokens = burst;
      let atMs = startMs;
      const fill = (nowMs: number) => {
        tokens = Math.min(burst, tokens + ((nowMs - atMs) / 1_000) * perSecond);
        atMs = nowMs;
      };
      return {
        waitMs(nowMs) {
          fill(nowMs);
          // A hair below 1 is what the sums leave of a token that is there.
          return tokens >= 1 - hair ? 0 : ((1 - tokens) / perSecond) * 1_000;
        },
        take(nowMs) {
          fill(nowMs);
          tokens = Math.max(0, tokens - 1);
        },
      };
    },
  };
}

const hair = 1e-9;
