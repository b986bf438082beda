/**
 * A limit of concurrency that finds itself: when calls take longer than they use to, they queue somewhere, and fewer should
 * run.
 *
 * @see https://github.com/Netflix/concurrency-limits "Gradient2": the rule; its defaults are ours but for the windows
 */
import {
  type ConcurrencyLimit,
  type ConcurrencyMeter,
  checkNumber,
  checkWholeNumber,
} from "@thrice/core";

/** How the limit moves. */
export interface GradientLimitOptions {
  /** Calls at once to begin with, `minLimit` to `maxLimit`. @defaultValue 20 */
  readonly initialLimit?: number | undefined;
  /** Fewest calls at once, 1 to 1 000 000. @defaultValue 4 */
  readonly minLimit?: number | undefined;
  /** Most calls at once, `minLimit` to 1 000 000. @defaultValue 1_000 */
  readonly maxLimit?: number | undefined;
  /** How many times their long average calls may take before the limit falls, 1 to 10. @defaultValue 1.5 */
  readonly tolerance?: number | undefined;
  /** Calls that the limit grows by in a window in which all is well, times `smoothing`; 1 to 1 000. @defaultValue 4 */
  readonly headroom?: number | undefined;
  /** Share of the way that the limit moves in a window, 0.01 to 1. @defaultValue 0.2 */
  readonly smoothing?: number | undefined;
  /** Least time over which calls are averaged before the limit moves, in milliseconds, 1 to 60 000. @defaultValue 100 */
  readonly windowMs?: number | undefined;
  /** Fewest calls that make a window, 1 to 100 000. @defaultValue 10 */
  readonly windowCalls?: number | undefined;
  /** Windows that the long average reaches back, 2 to 100 000. @defaultValue 600 */
  readonly longWindows?: number | undefined;
}

/** @throws RangeError naming field, bound and value. */
export function gradientLimit(options: GradientLimitOptions = {}): ConcurrencyLimit {
  const resolved = resolve(options);
  return { start: () => new GradientMeter(resolved) };
}

type Resolved = { readonly [K in keyof GradientLimitOptions]-?: number };

function resolve(options: GradientLimitOptions): Resolved {
  const { minLimit = 4, maxLimit = 1_000, tolerance = 1.5, headroom = 4 } = options;
  const { smoothing = 0.2, windowMs = 100, windowCalls = 10, longWindows = 600 } = options;
  checkWholeNumber("gradientLimit.minLimit", minLimit, 1, 1_000_000);
  checkWholeNumber("gradientLimit.maxLimit", maxLimit, minLimit, 1_000_000);
  const { initialLimit = Math.min(maxLimit, Math.max(minLimit, 20)) } = options;
  return {
    minLimit,
    maxLimit,
    initialLimit: checkWholeNumber("gradientLimit.initialLimit", initialLimit, minLimit, maxLimit),
    tolerance: checkNumber("gradientLimit.tolerance", tolerance, 1, 10),
    headroom: checkNumber("gradientLimit.headroom", headroom, 1, 1_000),
    smoothing: checkNumber("gradientLimit.smoothing", smoothing, 0.01, 1),
    windowMs: checkNumber("gradientLimit.windowMs", windowMs, 1, 60_000),
    windowCalls: checkWholeNumber("gradientLimit.windowCalls", windowCalls, 1, 100_000),
    longWindows: checkWholeNumber("gradientLimit.longWindows", longWindows, 2, 100_000),
  };
}

class GradientMeter implements ConcurrencyMeter {
  limit: number;
  readonly #options: Resolved;
  #longMs: number | undefined;
  #windowStartMs: number | undefined;
  #sumMs = 0;
  #calls = 0;
  #mostRunning = 0;

  constructor(options: Resolved) {
    this.#options = options;
    this.limit = options.initialLimit;
  }

  note(tookMs: number, running: number, nowMs: number): void {
    this.#windowStartMs ??= nowMs;
    this.#sumMs += tookMs;
    this.#calls++;
    if (running > this.#mostRunning) this.#mostRunning = running;
    const { windowMs, windowCalls } = this.#options;
    if (this.#calls < windowCalls || nowMs - this.#windowStartMs < windowMs) return;
    this.#move(Math.max(this.#sumMs / this.#calls, leastMs));
    this.#windowStartMs = nowMs;
    this.#sumMs = 0;
    this.#calls = 0;
    this.#mostRunning = 0;
  }

  #move(shortMs: number): void {
    const { tolerance, headroom, smoothing, minLimit, maxLimit } = this.#options;
    const longMs = this.#average(shortMs);
    // Fewer calls than half of what may run say nothing about a limit.
    if (this.#mostRunning < this.limit / 2) return;
    const gradient = Math.max(0.5, Math.min(1, (tolerance * longMs) / shortMs));
    const aim = this.limit * gradient + headroom;
    const moved = this.limit + smoothing * (aim - this.limit);
    this.limit = Math.max(minLimit, Math.min(maxLimit, moved));
  }

  #average(shortMs: number): number {
    const before = this.#longMs ?? shortMs;
    const longMs = before + (2 / (this.#options.longWindows + 1)) * (shortMs - before);
    // After a long overload the average would take as long to come down again.
    this.#longMs = longMs > 2 * shortMs ? longMs * 0.95 : longMs;
    return this.#longMs;
  }
}

/** Shorter calls are as short as can be told, in milliseconds. */
const leastMs = 0.001;
