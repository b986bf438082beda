import { Timer } from "@thrice/core";

/** The time at which a call is over. */
export class CallDeadline extends Timer {
  readonly atMs: number;
  readonly fire: () => void;

  constructor(atMs: number, fire: () => void) {
    super();
    this.atMs = atMs;
    this.fire = fire;
  }
}
