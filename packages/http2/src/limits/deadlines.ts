/**
 * The waits of one connection on a single timer.
 *
 * Setting and clearing a deadline writes a number. The timer is armed for the earliest one and, when it fires early
 * because that one was moved or cleared, armed again: so what is set and cleared with each call costs no timer.
 */
import type { Http2Clock } from "../http2-clock.js";

/** Things waited for. */
export type DeadlineKind =
  | "preface"
  | "settings"
  | "header"
  | "idle"
  | "write"
  | "window"
  | "goaway"
  | "linger"
  | "rest";

/** Is told what is due. */
export interface DeadlineOwner {
  onDue(kind: DeadlineKind): void;
  /** There is nothing to wait for and no timer: the deadlines may be dropped. */
  onNothingDue(): void;
}

/** Deadlines of one connection. */
export class Deadlines {
  readonly #clock: Http2Clock;
  readonly #owner: DeadlineOwner;
  #dueMs: Map<DeadlineKind, number> | undefined;
  #cancel: (() => void) | undefined;
  #armedForMs = Number.POSITIVE_INFINITY;

  constructor(clock: Http2Clock, owner: DeadlineOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Makes `kind` due in `delayMs` milliseconds, whatever it was before. */
  set(kind: DeadlineKind, delayMs: number): void {
    const nowMs = this.#clock.nowMs();
    this.#dueMs ??= new Map();
    this.#dueMs.set(kind, nowMs + delayMs);
    if (nowMs + delayMs < this.#armedForMs) this.#arm(nowMs, nowMs + delayMs);
  }

  /** Whether `kind` is waited for. */
  has(kind: DeadlineKind): boolean {
    return this.#dueMs?.has(kind) ?? false;
  }

  /** Waits for `kind` no longer. */
  clear(kind: DeadlineKind): void {
    this.#dueMs?.delete(kind);
  }

  /** Gives timer and memory back if nothing is waited for. */
  disarm(): void {
    if (this.#dueMs?.size === 0) this.clearAll();
  }

  /** Waits for nothing any more and gives the timer back. */
  clearAll(): void {
    this.#dueMs = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#armedForMs = Number.POSITIVE_INFINITY;
    this.#owner.onNothingDue();
  }

  #arm(nowMs: number, dueMs: number): void {
    this.#cancel?.();
    this.#armedForMs = dueMs;
    this.#cancel = this.#clock.setTimer(Math.max(0, dueMs - nowMs), () => this.#fire());
  }

  #fire(): void {
    this.#cancel = undefined;
    this.#armedForMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.nowMs();
    for (const [kind, dueMs] of [...(this.#dueMs ?? [])]) {
      // Timers may fire a fraction early; half a millisecond does not matter to any of these waits.
      if (dueMs > nowMs + 0.5 || this.#dueMs?.get(kind) !== dueMs) continue;
      this.#dueMs.delete(kind);
      this.#owner.onDue(kind);
    }
    const earliestMs = Math.min(...(this.#dueMs?.values() ?? []));
    if (earliestMs < this.#armedForMs) this.#arm(this.#clock.nowMs(), earliestMs);
    else this.disarm();
  }
}
