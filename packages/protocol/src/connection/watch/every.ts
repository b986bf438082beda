import type { CancelTimer, Clock } from "@thrice/core";

/** Calls `tick` every `periodMs` milliseconds until undone. */
export function every(clock: Clock, periodMs: number, tick: () => void): CancelTimer {
  let undo: CancelTimer;
  let isDone = false;
  const run = () => {
    tick();
    if (!isDone) undo = clock.setTimer(periodMs, run);
  };
  undo = clock.setTimer(periodMs, run);
  return () => {
    isDone = true;
    undo();
  };
}
