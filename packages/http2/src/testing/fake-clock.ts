import type { Http2Clock } from "../index.js";

/** Clock moved by hand. */
export class FakeClock implements Http2Clock {
  #nowMs = 0;
  #timers = new Set<{ dueMs: number; callback: () => void }>();

  /** Timers that are armed. */
  get pending(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves time on and fires what is due, in order. */
  advance(byMs: number): void {
    const targetMs = this.#nowMs + byMs;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > targetMs) break;
      this.#timers.delete(next);
      this.#nowMs = next.dueMs;
      next.callback();
    }
    this.#nowMs = targetMs;
  }
}
