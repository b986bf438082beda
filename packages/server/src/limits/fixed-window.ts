import { checkNumber, checkWholeNumber, maxTimerMs, type RateLimit } from "@thrice/core";

/** So many calls in each stretch of time. */
export interface WindowOptions {
  /** Calls in a window, 1 to 1 000 000 000. */
  readonly calls: number;
  /** Length of a window in milliseconds, 1 to 2 147 483 647. @defaultValue 1_000 */
  readonly windowMs?: number | undefined;
}

/** Checks the options of a window. @throws RangeError naming field, bound and value. */
export function resolveWindow(name: string, { calls, windowMs = 1_000 }: WindowOptions) {
  return {
    calls: checkWholeNumber(`${name}.calls`, calls, 1, 1_000_000_000),
    windowMs: checkNumber(`${name}.windowMs`, windowMs, 1, maxTimerMs),
  };
}

/**
 * Lets so many calls in per window; windows follow each other. The cheapest to reason about, but twice as many may come around
 * the end of a window.
 *
 * @throws RangeError naming field, bound and value.
 */
export function fixedWindow(options: WindowOptions): RateLimit {
  const { calls, windowMs } = resolveWindow("fixedWindow", options);
  return {
    start(startMs) {
      let windowStartMs = startMs;
      let count = 0;
      const moveTo = (nowMs: number) => {
        const passed = Math.floor((nowMs - windowStartMs) / windowMs);
        if (passed < 1) return;
        windowStartMs += passed * windowMs;
        count = 0;
      };
      return {
        waitMs(nowMs) {
          moveTo(nowMs);
          return count < calls ? 0 : windowStartMs + windowMs - nowMs;
        },
        take(nowMs) {
          moveTo(nowMs);
          count++;
        },
      };
    },
  };
}
