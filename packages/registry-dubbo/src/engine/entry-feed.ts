/**
 * What an engine keeps of a folder that is followed: its entries, the state, and whom to tell. Changes are told at most once in
 * a short time, so that ten thousand of them cost a listener a few looks.
 */
import { type CancelTimer, logQuietly, type RegistryClock, type RegistryState } from "@thrice/core";
import type { Followed, OnEntries } from "./entry-store.js";

/** How much longer than a telling the pause after it is at least: a folder of ten thousand that changes all the time is told less often. */
const pauseFactor = 8;

/** How a feed is heard. */
export interface EntryFeedInit {
  readonly clock: RegistryClock;
  readonly onEntries: OnEntries;
  /** Told once when the listener closes it. */
  readonly onClose?: () => void;
  /** Shortest time between two tellings, in milliseconds; the first one after a quiet time comes at once. @defaultValue 20 */
  readonly coalesceMs?: number;
}

/** A folder that is followed, from the side of the engine that feeds it. */
export class EntryFeed implements Followed {
  readonly #init: EntryFeedInit;
  #entries = new Map<string, string>();
  #state: RegistryState = "connecting";
  #reason = "";
  /** When the next telling may come. */
  #nextMs = Number.NEGATIVE_INFINITY;
  #undoTimer: CancelTimer | undefined;
  #isDue = false;
  #isClosed = false;

  constructor(init: EntryFeedInit) {
    this.#init = init;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes what the engine says of one name; undefined if it has gone. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) this.#entries.delete(name);
    else this.#entries.set(name, value);
    this.#tellSoon();
  }

  /** Takes all that the engine has, in the place of what was known, and is live. */
  replace(entries: Iterable<readonly [string, string]>): void {
    this.#entries = new Map(entries);
    this.#setState("live", "");
    this.#tellSoon();
  }

  /** Says how good what is known is. What was never heard cannot be stale. */
  setState(state: RegistryState, reason = ""): void {
    if (this.#setState(state, reason)) this.#tellSoon();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#undoTimer?.();
    this.#init.onClose?.();
  }

  /** Whether that is news. */
  #setState(state: RegistryState, reason: string): boolean {
    const now = state === "stale" && this.#state === "connecting" ? "connecting" : state;
    const isNews = now !== this.#state || reason !== this.#reason;
    this.#state = now;
    this.#reason = reason;
    return isNews;
  }

  #tellSoon(): void {
    if (this.#isDue || this.#isClosed) return;
    this.#isDue = true;
    const { clock } = this.#init;
    const restMs = this.#nextMs - clock.nowMs();
    if (restMs > 0) this.#undoTimer = clock.setTimer(restMs, () => this.#tell());
    else queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    this.#isDue = false;
    this.#undoTimer = undefined;
    if (this.#isClosed) return;
    const { clock, onEntries, coalesceMs = 20 } = this.#init;
    const startedMs = clock.nowMs();
    const entries = new Map(this.#entries);
    logQuietly(() => onEntries(entries, this.#state, this.#reason));
    const tookMs = clock.nowMs() - startedMs;
    this.#nextMs = startedMs + Math.max(coalesceMs, tookMs * pauseFactor);
  }
}
