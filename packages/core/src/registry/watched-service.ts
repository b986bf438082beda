/**
 * What every registry keeps of a service that is watched: its entries, the state, and whom to tell. Changes are told at most
 * once in a short time, so that ten thousand of them cost a consumer a few updates.
 */
import type { CancelTimer } from "../clock.js";
import type { Endpoint } from "../endpoint.js";
import { logQuietly } from "../log-quietly.js";
import { difference } from "./difference.js";
import type { RegistryClock } from "./quiet-clock.js";
import type { RegistryState, ServiceUpdate, ServiceWatch } from "./registry.js";

/** How a watch is fed and heard. */
export interface WatchedServiceInit {
  readonly clock: RegistryClock;
  readonly onUpdate: (update: ServiceUpdate) => void;
  /** Told once when the watch is closed. */
  readonly onClose?: () => void;
  /** Shortest time between two updates, in milliseconds; the first one after a quiet time comes at once. @defaultValue 20 */
  readonly coalesceMs?: number;
}

/** A watch, from the side of the registry that feeds it. */
export class WatchedService implements ServiceWatch {
  readonly #init: WatchedServiceInit;
  /** By the engine's own key: two entries may stand for one address. */
  #entries = new Map<string, Endpoint>();
  #state: RegistryState = "connecting";
  #reason = "";
  #latest: ServiceUpdate = connecting;
  #toldMs = Number.NEGATIVE_INFINITY;
  #undoTimer: CancelTimer | undefined;
  #isDue = false;
  #isClosed = false;

  constructor(init: WatchedServiceInit) {
    this.#init = init;
  }

  get latest(): ServiceUpdate {
    return this.#latest;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes what the engine says of one key; undefined if it has gone. */
  set(key: string, endpoint: Endpoint | undefined): void {
    if (endpoint === undefined) this.#entries.delete(key);
    else this.#entries.set(key, endpoint);
    this.#tellSoon();
  }

  /** Takes all that the engine has, in the place of what was known, and is live. */
  replace(entries: Iterable<readonly [string, Endpoint]>): void {
    this.#entries = new Map(entries);
    this.setState("live");
  }

  /** Says how good what is known is. What was never heard cannot be stale. */
  setState(state: RegistryState, reason = ""): void {
    this.#state = state === "stale" && this.#state === "connecting" ? "connecting" : state;
    this.#reason = reason;
    this.#tellSoon();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#undoTimer?.();
    this.#init.onClose?.();
  }

  #tellSoon(): void {
    if (this.#isDue || this.#isClosed) return;
    this.#isDue = true;
    const { clock, coalesceMs = 20 } = this.#init;
    const restMs = this.#toldMs + coalesceMs - clock.nowMs();
    if (restMs > 0) this.#undoTimer = clock.setTimer(restMs, () => this.#tell());
    else queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    this.#isDue = false;
    this.#undoTimer = undefined;
    if (this.#isClosed) return;
    const { endpoints, reason, state } = this.#latest;
    const changes = difference(endpoints, this.#entries.values());
    if (changes === undefined && reason === this.#reason && state === this.#state) return;
    this.#toldMs = this.#init.clock.nowMs();
    this.#latest = Object.freeze({
      ...(changes ?? { endpoints, ...nothing }),
      state: this.#state,
      reason: this.#reason,
    });
    logQuietly(() => this.#init.onUpdate(this.#latest));
  }
}

const none: readonly Endpoint[] = Object.freeze([]);
const nothing = { added: none, changed: none, removed: none };
const connecting: ServiceUpdate = Object.freeze({
  state: "connecting",
  reason: "",
  endpoints: none,
  ...nothing,
});
