/**
 * Holds calls back on the client when the service turns down most of them, so that an overloaded service can recover. It is
 * the adaptive throttling of Google's SRE book with a shorter memory, a floor, and a quick way back: each success halves the
 * failures that are remembered. The book's window takes 14 to 21 s to let calls through again after an outage.
 *
 * Hot path: one division and two additions per attempt.
 *
 * @see https://sre.google/sre-book/handling-overload/ "Client-Side Throttling"
 */
import { Code } from "@connectrpc/connect";
import { checkKnownOptions, checkNumber, type Outcome } from "@thrice/core";

/** What a {@link ClientThrottle} is made with. */
export interface ThrottleOptions {
  /** Attempts per accepted one from which on calls are held back, 1 to 100. @defaultValue 2 */
  readonly ratio?: number | undefined;
  /** How long attempts are remembered, in milliseconds, 100 to 600 000. @defaultValue 10_000 */
  readonly windowMs?: number | undefined;
  /** Failures that are forgiven in a window, 0 to 1 000 000. @defaultValue 10 */
  readonly slack?: number | undefined;
  /** Calls per second that are let through in any case, 0 to 1 000 000. @defaultValue 5 */
  readonly floorPerSecond?: number | undefined;
}

/** Lets calls through, or holds them back. */
export interface Throttle {
  /** Whether nothing was turned down of late: every call is let through, and need not ask. */
  readonly isCalm: boolean;
  /** Whether a call may send its first attempt. */
  admits(nowMs: number, random: () => number): boolean;
  /** Takes note of how an attempt ended; `code` is undefined if it was answered well. */
  noteEnd(outcome: Outcome, code: Code | undefined, nowMs: number): void;
  /** Why a call is held back, for its error. */
  describe(): string;
  /** Share of the calls that are held back now, 0 to 1, for reports. */
  heldBackRatio?(nowMs: number): number;
}

const slots = 10;

/** Shape: attempts of the window are counted in ten slots, of which the oldest is forgotten at a time. */
export class ClientThrottle implements Throttle {
  readonly #options: ResolvedOptions;
  readonly #slotMs: number;
  readonly #acceptedBySlot = new Float64Array(slots);
  readonly #failedBySlot = new Float64Array(slots);
  #accepted = 0;
  #failed = 0;
  #slot = Number.NaN;
  /** Calls let through in the current second. */
  #second = Number.NaN;
  #admitted = 0;

  /** @throws TypeError or RangeError naming field, bound and value. */
  constructor(options: ThrottleOptions = {}) {
    this.#options = resolveOptions(options);
    this.#slotMs = this.#options.windowMs / slots;
  }

  get isCalm(): boolean {
    return this.#failed === 0;
  }

  admits(nowMs: number, random: () => number): boolean {
    if (this.isCalm) return true;
    this.#turn(nowMs);
    const share = this.#share;
    const { floorPerSecond } = this.#options;
    const admits = share <= 0 || random() >= share || this.#admittedIn(nowMs) < floorPerSecond;
    if (admits) this.#admitted++;
    return admits;
  }

  noteEnd(outcome: Outcome, code: Code | undefined, nowMs: number): void {
    if (isTurnedDown(outcome, code)) {
      this.#turn(nowMs);
      this.#failed++;
      this.#failedBySlot[this.#slot % slots] = 1 + (this.#failedBySlot[this.#slot % slots] ?? 0);
    } else if (outcome === "answered") {
      this.#turn(nowMs);
      this.#accepted++;
      this.#acceptedBySlot[this.#slot % slots] =
        1 + (this.#acceptedBySlot[this.#slot % slots] ?? 0);
      if (this.#failed > 0) this.#forgetHalf();
    }
  }

  describe(): string {
    const { windowMs } = this.#options;
    const attempts = Math.round(this.#accepted + this.#failed);
    const failed = Math.round(this.#failed);
    return `the client holds calls back: ${failed} of ${attempts} attempts in ${windowMs} ms were turned down; see throttle`;
  }

  heldBackRatio(nowMs: number): number {
    if (this.#failed === 0) return 0;
    this.#turn(nowMs);
    return Math.max(0, this.#share);
  }

  /** Above 0 when calls are held back. */
  get #share(): number {
    const { ratio, slack } = this.#options;
    const attempts = this.#accepted + this.#failed;
    return (attempts - ratio * this.#accepted - slack) / (attempts + 1);
  }

  #admittedIn(nowMs: number): number {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#admitted = 0;
    }
    return this.#admitted;
  }

  #forgetHalf(): void {
    this.#failed = 0;
    for (let at = 0; at < slots; at++) {
      const half = (this.#failedBySlot[at] ?? 0) / 2;
      this.#failedBySlot[at] = half < 0.5 ? 0 : half;
      this.#failed += this.#failedBySlot[at] ?? 0;
    }
  }

  /** Forgets what is older than the window; all of it if the clock has jumped. */
  #turn(nowMs: number): void {
    const slot = Math.max(0, Math.floor(nowMs / this.#slotMs));
    if (slot === this.#slot) return;
    const passed = slot - this.#slot;
    const stale = passed > 0 && passed < slots ? passed : slots;
    for (let back = 0; back < stale; back++) {
      const at = (slot - back + slots) % slots;
      this.#accepted -= this.#acceptedBySlot[at] ?? 0;
      this.#failed -= this.#failedBySlot[at] ?? 0;
      this.#acceptedBySlot[at] = 0;
      this.#failedBySlot[at] = 0;
    }
    this.#slot = slot;
  }
}

/**
 * Whether an attempt's end says that the service has no room. A handler's own fault says nothing about room, and what the
 * caller ended says nothing at all.
 */
function isTurnedDown(outcome: Outcome, code: Code | undefined): boolean {
  switch (outcome) {
    case "answered":
      return code === Code.Unavailable || code === Code.ResourceExhausted;
    case "refused":
    case "connect-failed":
    case "connection-lost":
    case "attempt-timed-out":
      return true;
    default:
      return false;
  }
}

type ResolvedOptions = { readonly [Name in keyof ThrottleOptions]-?: number };

const known: ReadonlySet<string> = new Set(["ratio", "windowMs", "slack", "floorPerSecond"]);

function resolveOptions(options: ThrottleOptions): ResolvedOptions {
  checkKnownOptions("throttle", options, known);
  // Defaults of a destructuring stand in for undefined only: null is a wrong value, not an unset one.
  const { ratio = 2, windowMs = 10_000, slack = 10, floorPerSecond = 5 } = options;
  return {
    ratio: checkNumber("throttle.ratio", ratio, 1, 100),
    windowMs: checkNumber("throttle.windowMs", windowMs, 100, 600_000),
    slack: checkNumber("throttle.slack", slack, 0, 1_000_000),
    floorPerSecond: checkNumber("throttle.floorPerSecond", floorPerSecond, 0, 1_000_000),
  };
}
