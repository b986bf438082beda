import type { CancelTimer, Clock } from "../clock.js";
import { FunctionTimer, type Timer } from "../timer.js";

/** Clock moved by hand; `advance` fires timers in due order. */
export class FakeClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();

  /** Timers that are set and have not fired; 0 when nothing is left open. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    const timer = new FunctionTimer(fire);
    this.start(timer, delayMs);
    return () => this.stop(timer);
  }

  start(timer: Timer, delayMs: number, sinceMs = this.#nowMs): void {
    timer.dueMs = sinceMs + delayMs;
    this.#timers.add(timer);
  }

  stop(timer: Timer): void {
    this.#timers.delete(timer);
  }

  /** Moves time on by `byMs` milliseconds; promises settle between two timers. */
  async advance(byMs: number): Promise<void> {
    const targetMs = this.#nowMs + byMs;
    await settlePromises();
    for (let next = this.#nextDue(targetMs); next; next = this.#nextDue(targetMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.fire();
      await settlePromises();
    }
    this.#nowMs = targetMs;
  }

  #nextDue(targetMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= targetMs && (!next || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}

function settlePromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
