/**
 * Remembers what was used for a while, in two generations: nothing is forgotten before its time, all of it after twice that.
 * Bounded: when it is full, it takes nothing more until the older generation goes.
 */
export class NonceMemory {
  readonly #keepMs: number;
  readonly #max: number;
  #now = new Set<string>();
  #before = new Set<string>();
  #turnMs = Number.NEGATIVE_INFINITY;

  /** Units: `keepMs` is in milliseconds; `max` counts what is remembered in one generation. */
  constructor(keepMs: number, max: number) {
    this.#keepMs = keepMs;
    this.#max = max;
  }

  /** Takes note of `nonce` at `nowMs`, and says whether it is new, was used, or cannot be remembered. */
  use(nonce: string, nowMs: number): "new" | "used" | "full" {
    if (nowMs - this.#turnMs >= this.#keepMs) {
      this.#before = nowMs - this.#turnMs < 2 * this.#keepMs ? this.#now : new Set();
      this.#now = new Set();
      this.#turnMs = nowMs;
    }
    if (this.#now.has(nonce) || this.#before.has(nonce)) return "used";
    if (this.#now.size >= this.#max) return "full";
    this.#now.add(nonce);
    return "new";
  }
}
