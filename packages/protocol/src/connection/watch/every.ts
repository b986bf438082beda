import type { CancelTimer } from "@thrice/core";
import type { Http2Clock } from "@thrice/http2";

/** Calls `tick` every `periodMs` milliseconds until undone. */
export function every(clock: Http2Clock, periodMs: number, tick: () => void): CancelTimer {
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
