import type { CancelTimer, RegistryClock } from "@thrice/core";

/** Bounds of the pause after a first failure, and of any, in milliseconds. */
const firstMs = 100;
const longestMs = 5_000;

/** The pauses of a loop: any of them can be cut short, and those after failures are drawn at random, so that many do not come at once. */
export class Pacer {
  readonly #clock: RegistryClock;
  readonly #random: () => number;
  #failures = 0;
  #isWoken = false;
  #wake: (() => void) | undefined;

  constructor(clock: RegistryClock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  noteSuccess(): void {
    this.#failures = 0;
  }

  /** Waits longer with each failure in a row: between nothing and a bound that doubles. */
  afterFailure(): Promise<void> {
    const boundMs = Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures++, 20));
    return this.pause(boundMs * this.#random());
  }

  /** Waits, in milliseconds. */
  pause(delayMs: number): Promise<void> {
    if (this.#isWoken) {
      this.#isWoken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      let undo: CancelTimer | undefined;
      const end = () => {
        undo?.();
        this.#wake = undefined;
        resolve();
      };
      undo = this.#clock.setTimer(delayMs, end);
      this.#wake = end;
    });
  }

  /** Ends the pause, or else the next one. */
  wake(): void {
    if (this.#wake === undefined) this.#isWoken = true;
    else this.#wake();
  }
}
