import type { RateLimit } from "@thrice/core";
import { resolveWindow, type WindowOptions } from "./fixed-window.js";

/**
 * Lets so many calls in within any stretch of time as long as a window, about: calls of the last window count by the share of
 * it that the stretch still covers. Two numbers, however many calls.
 *
 * @throws RangeError naming field, bound and value.
 */
export function slidingWindow(options: WindowOptions): RateLimit {
  const { calls, windowMs } = resolveWindow("slidingWindow", options);
  return {
    start(startMs) {
      let windowStartMs = startMs;
      let count = 0;
      let countBefore = 0;
      const moveTo = (nowMs: number) => {
        const passed = Math.floor((nowMs - windowStartMs) / windowMs);
        if (passed < 1) return;
        windowStartMs += passed * windowMs;
        countBefore = passed === 1 ? count : 0;
        count = 0;
      };
      return {
        waitMs(nowMs) {
          moveTo(nowMs);
          const sinceMs = nowMs - windowStartMs;
          const free = calls - 1 - count;
          // What may be left of the last window's count, and when that is all that is left.
          if (free >= 0) {
            if (countBefore <= free) return 0;
            return Math.max(0, windowMs * (1 - free / countBefore) - sinceMs);
          }
          // This window is full: it has to become the last one, and to fade.
          return windowMs - sinceMs + windowMs * (1 - (calls - 1) / count);
        },
        take(nowMs) {
          moveTo(nowMs);
          count++;
        },
      };
    },
  };
}
