import type { EjectionCause } from "@thrice/core";
import type { EndpointVerdict } from "../judge-endpoint.js";
import type { StartedAttempt } from "../started-attempt.js";

/**
 * How one endpoint has done of late, and whether it takes calls.
 *
 * Shape: in → out, when it is ejected → trial, when its time is over or a probe went well → held, while one attempt tries
 * it → in, or out again. Only an endpoint that is in or on trial is chosen.
 */
export class HealthRecord {
  state: "in" | "out" | "trial" | "held" = "in";
  cause: EjectionCause = "failing";
  failuresInRow = 0;
  /** Moving average of what good answers took, in milliseconds; NaN until there was one. */
  typicalMs = Number.NaN;
  /** Whether the last attempt that tells something was given up on, late. */
  isUnanswered = false;
  /** When an attempt last went well. */
  answeredMs = Number.NEGATIVE_INFINITY;
  /** Ejections that count for how long the next one lasts. */
  strikes = 0;
  /** When it was last ejected. */
  outSinceMs = Number.NEGATIVE_INFINITY;
  /** When something else is tried: the end of an ejection, or of waiting for a trial. */
  untilMs = Number.NEGATIVE_INFINITY;
  /** The attempt that decides, while the endpoint is held. */
  trial: StartedAttempt | undefined = undefined;
  /** When it is probed; `Infinity` while no probe is wanted. */
  probeDueMs = Number.POSITIVE_INFINITY;
  /** Counts the probes; one that is not the newest is not heeded. */
  probes = 0;
  wasProbedBad = false;
  /** When a probe went well, as long as no attempt since then has ended; else `Infinity`. */
  provedMs = Number.POSITIVE_INFINITY;
  /** Whether attempts have failed after a probe went well: probes do not see what is wrong. */
  isBlind = false;
  /** When it is looked whether calls still go to it, after a slow one; `Infinity` while nobody wants to know. */
  watchDueMs = Number.POSITIVE_INFINITY;
  /** Attempts that had ended by then: its own, and those at all endpoints. */
  #ownEnded = 0;
  #allEnded = 0;
  /** The last attempts, one bit each, the newest in bit 0. */
  #failed = 0;
  #slow = 0;
  #known = 0;

  /** Whether calls are kept away from it. */
  get isAway(): boolean {
    return this.state === "out" || this.state === "held";
  }

  /** When something is to be done about it; `Infinity` if nothing is. */
  get dueMs(): number {
    return Math.min(this.isAway ? this.untilMs : this.watchDueMs, this.probeDueMs);
  }

  /** Whether something may be due about it some time. */
  get isTroubled(): boolean {
    return this.state !== "in" || this.dueMs !== Number.POSITIVE_INFINITY;
  }

  /** Takes note of an attempt; the last `window` of them count. */
  note(verdict: EndpointVerdict, isSlow: boolean, window: number): void {
    const mask = (1 << window) - 1;
    this.isUnanswered = verdict === "neutral";
    if (verdict === "bad") this.failuresInRow++;
    else if (verdict === "good") this.failuresInRow = 0;
    this.#failed = ((this.#failed << 1) | (verdict === "bad" ? 1 : 0)) & mask;
    this.#slow = ((this.#slow << 1) | (isSlow ? 1 : 0)) & mask;
    if (this.#known < window) this.#known++;
  }

  /** Of the last `window` attempts those that failed; NaN while fewer are known. */
  failed(window: number): number {
    return this.#known < window ? Number.NaN : countBits(this.#failed);
  }

  /** Of the last `window` attempts those that were slow; NaN while fewer are known. */
  slow(window: number): number {
    return this.#known < window ? Number.NaN : countBits(this.#slow);
  }

  /** Sees to it that at `dueMs` it is looked whether calls still go there. */
  watch(ownEnded: number, allEnded: number, dueMs: number): void {
    this.watchDueMs = dueMs;
    if (this.#ownEnded === ownEnded && this.#allEnded > 0) return; // none came since
    this.#ownEnded = ownEnded;
    this.#allEnded = allEnded;
  }

  /** Attempts that have ended since it was watched, as long as none of them was its own; else 0. */
  endedElsewhere(ownEnded: number, allEnded: number): number {
    return ownEnded === this.#ownEnded ? allEnded - this.#allEnded : 0;
  }

  /** Watches no more. */
  stopWatching(): void {
    this.watchDueMs = Number.POSITIVE_INFINITY;
    this.#allEnded = 0;
  }

  /** Averages in what a good answer took. */
  noteTook(tookMs: number): void {
    const before = this.typicalMs;
    this.typicalMs = Number.isNaN(before) ? tookMs : before + (tookMs - before) / 8;
  }

  /** Takes note whether a call bore out the probe that went well before it. */
  noteProof(isRight: boolean): void {
    this.provedMs = Number.POSITIVE_INFINITY;
    this.isBlind = !isRight;
  }

  /** Wants no probe, and heeds none that is under way. */
  stopProbing(): void {
    this.probeDueMs = Number.POSITIVE_INFINITY;
    this.probes++;
  }

  /** The clock went back: what was to come is due now, and what has been was long ago. */
  forgetTimes(): void {
    this.outSinceMs = Number.NEGATIVE_INFINITY;
    this.untilMs = Number.NEGATIVE_INFINITY;
    if (this.probeDueMs !== Number.POSITIVE_INFINITY) this.probeDueMs = Number.NEGATIVE_INFINITY;
    if (this.watchDueMs !== Number.POSITIVE_INFINITY) this.watchDueMs = Number.NEGATIVE_INFINITY;
  }

  /** Forgets the attempts so far, so that what comes next is judged by itself. */
  clear(): void {
    this.failuresInRow = 0;
    this.#failed = 0;
    this.#slow = 0;
    this.#known = 0;
  }
}

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
