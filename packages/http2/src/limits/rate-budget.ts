/**
 * A token bucket: so many a second, and a burst of some seconds' worth at once.
 *
 * Units: `perSecond` and the burst count events.
 */
export class RateBudget {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes one, and says whether there was one. */
  spend(nowMs: number): boolean {
    const earned = ((nowMs - this.#atMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Pays for `count` more, up to the burst. */
  fund(count: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + count);
  }
}
