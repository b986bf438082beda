import type { CallsUnderWay } from "@thrice/cluster";
import {
  type CancelTimer,
  type Clock,
  checkKnownOptions,
  checkNumber,
  maxTimerMs,
} from "@thrice/core";

/** How a client is closed. */
export interface CloseOptions {
  /** How long running calls, streams too, may go on, in milliseconds. @defaultValue 0 */
  readonly graceMs?: number | undefined;
}

/**
 * Decides when a client that closes ends what still runs.
 *
 * Shape: open → begun, when no new calls are taken → ended, and not back.
 */
export class Drain {
  readonly #underWay: CallsUnderWay;
  readonly #clock: Clock;
  readonly #end: () => Promise<void>;
  readonly #closed = Promise.withResolvers<void>();
  #timers: CancelTimer[] = [];
  hasBegun = false;
  hasEnded = false;

  /** `end` fails what still runs, and resolves when all is closed. */
  constructor(underWay: CallsUnderWay, clock: Clock, end: () => Promise<void>) {
    this.#underWay = underWay;
    this.#clock = clock;
    this.#end = end;
  }

  /**
   * Ends when nothing runs any more, or when the grace is over. Begun again, the grace that is over first counts.
   *
   * @throws TypeError or RangeError naming field, bound and value of a wrong option.
   */
  begin(options: CloseOptions = {}): Promise<void> {
    checkKnownOptions("options of close", options, known);
    const { graceMs = 0 } = options;
    checkNumber("graceMs", graceMs, 0, maxTimerMs);
    this.hasBegun = true;
    if (graceMs === 0) this.#finish();
    else if (!this.hasEnded) this.#wait(graceMs);
    return this.#closed.promise;
  }

  #wait(graceMs: number): void {
    this.#timers.push(this.#clock.setTimer(graceMs, () => this.#finish()));
    // Not at once: whoever leaves the list last is still about to tell the wire and its caller.
    this.#underWay.whenEmpty(() =>
      queueMicrotask(() => {
        if (this.#underWay.isEmpty) this.#finish();
      }),
    );
  }

  #finish(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const undo of this.#timers.splice(0)) undo();
    this.#closed.resolve(this.#end());
  }
}

const known: ReadonlySet<string> = new Set(["graceMs"]);
