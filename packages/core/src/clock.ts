import { AsyncLocalStorage } from "node:async_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import type { Timer } from "./timer.js";
import { Timers } from "./timers.js";

/** Undoes a timer; does nothing once the timer has fired or was undone. */
export type CancelTimer = () => void;

/** The only way this codebase reads or waits for time. */
export interface Clock {
  /** Monotonic time in milliseconds; only differences mean anything. */
  nowMs(): number;
  /** Runs `fire` once after `delayMs` milliseconds, 0 to 2 147 483 647, unless undone before. */
  setTimer(delayMs: number, fire: () => void): CancelTimer;
  /**
   * The same for an object that is its own timer, and does not run: makes nothing. `sinceMs`, if it is known, is the time from
   * which the delay counts, and a moment ago.
   */
  start(timer: Timer, delayMs: number, sinceMs?: number): void;
  /** Takes `timer` back; does nothing once it has fired or was stopped. */
  stop(timer: Timer): void;
}

/** The longest wait that a timer of the process can hold, in milliseconds: 2³¹ − 1, about 24.8 days. */
export const maxTimerMs = 2_147_483_647;

// Taken once, so that a test that fakes the timers of its process does not leave ours waiting for a fake one.
const nowMs = performance.now.bind(performance);

/** A timer of the process would bring the context of whoever armed it to the callbacks of all others. */
const withoutContext = AsyncLocalStorage.snapshot();

/** Clock backed by the process timers. A timer that is set keeps the process alive. */
export const systemClock: Clock = {
  nowMs,
  setTimer: (delayMs, fire) => timers.set(delayMs, fire),
  start: (timer, delayMs, sinceMs) => timers.start(timer, delayMs, sinceMs),
  stop: (timer) => timers.stop(timer),
};

let armed: NodeJS.Timeout | undefined;
let isHeld = false;

const timers = new Timers({
  nowMs,
  arm(delayMs) {
    clearTimeout(armed);
    // Rounded up, as a timer that fires early finds nothing due.
    armed = withoutContext(setTimeout, () => timers.fire(), Math.ceil(delayMs));
    if (!isHeld) armed.unref();
  },
  hold(holds) {
    isHeld = holds;
    if (holds) armed?.ref();
    else armed?.unref();
  },
});
