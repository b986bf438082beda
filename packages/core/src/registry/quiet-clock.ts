import { clearTimeout, setTimeout } from "node:timers";
import type { Clock } from "../clock.js";

/** What a registry needs of a clock. */
export type RegistryClock = Pick<Clock, "nowMs" | "setTimer">;

/** The system's clock, with timers that do not keep the process alive: to look out for changes is no reason to stay. */
export const quietClock: RegistryClock = {
  nowMs: () => performance.now(),
  setTimer: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
