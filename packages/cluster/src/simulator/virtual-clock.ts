/**
 * Time that passes as fast as the machine can work it off.
 *
 * Between two events all promises settle. A callback of `process.nextTick` that is set in a microtask runs when none of them is
 * left, at a fraction of what a turn of the event loop costs; set in such a callback, it would run before them. A turn is still
 * taken now and then, so that the process stays alive to signals and timers.
 */
import type { CancelTimer, Clock, Timer } from "@thrice/core";
import { EventQueue, type SimulatedEvent } from "./event-queue.js";

/** Events from one turn of the event loop to the next. */
const eventsPerTurn = 1_000;

export class VirtualClock implements Clock {
  readonly #events = new EventQueue();
  readonly #timers = new Map<Timer, SimulatedEvent>();
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    const event = this.#events.add(this.#nowMs + Math.max(0, delayMs), fire);
    return () => {
      event.fire = undefined;
    };
  }

  start(timer: Timer, delayMs: number, sinceMs = this.#nowMs): void {
    const event = this.#events.add(sinceMs + Math.max(0, delayMs), () => {
      this.#timers.delete(timer);
      timer.fire();
    });
    this.#timers.set(timer, event);
  }

  stop(timer: Timer): void {
    const event = this.#timers.get(timer);
    if (event === undefined) return;
    event.fire = undefined;
    this.#timers.delete(timer);
  }

  /**
   * Moves on from event to event until `isOver` says so, or none is due up to `untilMs`, which it then is. Rejects with what an
   * event throws.
   */
  run(untilMs: number, isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      let events = 0;
      const goOn = () => process.nextTick(step);
      const step = () => {
        try {
          if (isOver()) return resolve();
          if (!this.#fireNext(untilMs)) {
            this.#nowMs = Math.max(this.#nowMs, untilMs);
            return resolve();
          }
        } catch (cause) {
          return reject(cause);
        }
        if (++events % eventsPerTurn === 0) setImmediate(step);
        else queueMicrotask(goOn);
      };
      setImmediate(step); // what was begun before, such as a call, gets to its first wait
    });
  }

  #fireNext(untilMs: number): boolean {
    const dueMs = this.#events.nextMs();
    if (dueMs === undefined || dueMs > untilMs) return false;
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    this.#events.take()?.fire?.();
    return true;
  }
}
