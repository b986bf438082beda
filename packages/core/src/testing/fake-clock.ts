import type { CancelTimer, Clock } from "../clock.js";
import { FunctionTimer, type Timer } from "../timer.js";

/** Clock moved by hand; `advance` fires timers in due order. */
export class FakeClock implements Clock {
  #nowMs = 0;
  /** When each is due. */
  readonly #timers = new Map<Timer, number>();

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
    timer.startedMs = sinceMs;
    this.#timers.set(timer, sinceMs + delayMs);
  }

  stop(timer: Timer): void {
    this.#timers.delete(timer);
  }

  /** Moves time on by `byMs` milliseconds; promises settle between two timers. */
  async advance(byMs: number): Promise<void> {
    const targetMs = this.#nowMs + byMs;
    await settlePromises();
    for (let next = this.#nextDue(targetMs); next; next = this.#nextDue(targetMs)) {
      const [timer, dueMs] = next;
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, dueMs);
      timer.fire();
      await settlePromises();
    }
    this.#nowMs = targetMs;
  }

  #nextDue(targetMs: number): [Timer, number] | undefined {
    let next: [Timer, number] | undefined;
    for (const entry of this.#timers) {
      const [, dueMs] = entry;
      if (dueMs <= targetMs && (!next || dueMs < next[1])) next = entry;
    }
    return next;
  }
}

function settlePromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
