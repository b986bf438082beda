import { percentile } from "../../src/harness/stats.js";
import type { CallTimes } from "./open-loop.js";

const windowMs = 250;
const stepMs = 10;

/** What became of the calls of a load. Units: times in milliseconds since the epoch, lengths in milliseconds. */
export class CallLog {
  readonly #calls: CallTimes;

  constructor(calls: CallTimes) {
    this.#calls = calls;
  }

  /** The calls that were due from `fromMs` on and before `untilMs`. */
  between(fromMs: number, untilMs: number): CallLog {
    const { dueMs, tookMs, codes } = this.#calls;
    const isIn = (_: unknown, at: number) => {
      const due = dueMs[at] ?? 0;
      return due >= fromMs && due < untilMs;
    };
    return new CallLog({
      dueMs: dueMs.filter(isIn),
      tookMs: tookMs.filter(isIn),
      codes: codes.filter(isIn),
    });
  }

  get count(): number {
    return this.#calls.codes.length;
  }

  get errors(): number {
    return this.#calls.codes.reduce((sum, code) => sum + (code === 0 ? 0 : 1), 0);
  }

  /** Share of the calls that succeeded, 0 to 1; NaN of none. */
  get successRatio(): number {
    return 1 - this.errors / this.count;
  }

  /** Time that a share of `ratio` of the calls does not exceed, failed ones too. NaN of none. */
  quantileMs(ratio: number): number {
    return percentile(this.#calls.tookMs.slice(), ratio);
  }

  /** Time from `fromMs` until, of the calls due in a quarter of a second, at least `share` succeed. NaN if never. */
  timeToSuccessMs(fromMs: number, share: number): number {
    const lastMs = this.#calls.dueMs.at(-1) ?? fromMs;
    for (let atMs = fromMs; atMs + windowMs <= lastMs; atMs += stepMs) {
      if (this.between(atMs, atMs + windowMs).successRatio >= share) return atMs - fromMs;
    }
    return Number.NaN;
  }
}
