import type { DelayList } from "./delay-list.js";

/**
 * Something that a clock wakes once. Whoever waits often makes its own objects timers, so that to wait costs no memory: the
 * fields belong to the clock.
 */
export abstract class Timer {
  /** Where it stands; undefined once it has fired or was stopped. */
  list: DelayList | undefined = undefined;
  /** When it was started, the last time. */
  startedMs = 0;
  /** Timers that are due at the same time fire in the order they were started. */
  order = 0;
  previous: Timer | undefined = undefined;
  next: Timer | undefined = undefined;

  /** The time has come. */
  abstract fire(): void;
}

/** A timer that runs a function. */
export class FunctionTimer extends Timer {
  readonly fire: () => void;

  constructor(fire: () => void) {
    super();
    this.fire = fire;
  }
}
