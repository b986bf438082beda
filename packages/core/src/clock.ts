/** Undoes a timer; does nothing once the timer has fired or was undone. */
export type CancelTimer = () => void;

/** The only way this codebase reads or waits for time. */
export interface Clock {
  /** Monotonic time in milliseconds; only differences mean anything. */
  nowMs(): number;
  /** Runs `fire` once after `delayMs` milliseconds, 0 to 2 147 483 647, unless undone before. */
  setTimer(delayMs: number, fire: () => void): CancelTimer;
}

/** The longest wait that a timer of the process can hold, in milliseconds: 2³¹ − 1, about 24.8 days. */
export const maxTimerMs = 2_147_483_647;

/** Clock backed by the process timers. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  setTimer: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};
