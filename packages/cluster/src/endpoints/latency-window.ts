/**
 * Quantiles of how long attempts took, over the last one to two windows: times are counted in classes whose borders grow by
 * a tenth, so that an answer is off by a twentieth at most, and to count costs no memory.
 */
import type { Clock } from "@thrice/core";
import type { Latencies } from "./latencies.js";

/** Length of a window, in milliseconds. */
const windowMs = 10_000;
/** Attempts that have to be known before there is an answer. */
const minSamples = 100;
const growth = Math.log(1.1);
/** Shortest time told apart, in milliseconds. */
const smallestMs = 0.05;
const classes = 180;

/** Times of one method. */
export class LatencyWindow implements Latencies {
  readonly #clock: Clock;
  #current = new Uint32Array(classes);
  #previous = new Uint32Array(classes);
  #count = 0;
  #previousCount = 0;
  #beganMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beganMs = clock.nowMs();
  }

  note(durationMs: number): void {
    const at = Math.ceil(Math.log(Math.max(durationMs, smallestMs) / smallestMs) / growth);
    const index = Math.min(at, classes - 1);
    this.#current[index] = (this.#current[index] as number) + 1;
    this.#count++;
    if ((this.#count & 63) === 0) this.#turn();
  }

  quantileMs(share: number): number | undefined {
    this.#turn();
    const total = this.#count + this.#previousCount;
    if (total < minSamples) return undefined;
    let left = share * total;
    for (let i = 0; i < classes; i++) {
      left -= (this.#current[i] as number) + (this.#previous[i] as number);
      if (left <= 0) return smallestMs * Math.exp(i * growth);
    }
    return smallestMs * Math.exp((classes - 1) * growth);
  }

  /** Begins a new window when the current one is over. */
  #turn(): void {
    const nowMs = this.#clock.nowMs();
    const elapsedMs = nowMs - this.#beganMs;
    if (elapsedMs < windowMs) return;
    const old = this.#previous;
    this.#previous = this.#current;
    this.#previousCount = this.#count;
    this.#current = old.fill(0);
    this.#count = 0;
    if (elapsedMs >= 2 * windowMs) {
      this.#previous.fill(0);
      this.#previousCount = 0;
    }
    this.#beganMs = nowMs;
  }
}
