import type { Clock } from "@thrice/core";
import type { CallPlace } from "@thrice/protocol";
import type { LimitScope } from "./limit-scope.js";

/** Who is told of places. */
export interface PlaceWatcher {
  /** A place is free. */
  onFree(): void;
  /** A limit failed to take note of a call. */
  onThrown(error: unknown): void;
}

/** The place of a call among those that run, on all levels that count it. */
export class RunningPlace implements CallPlace {
  readonly #scopes: readonly LimitScope[];
  readonly #clock: Clock | undefined;
  readonly #watcher: PlaceWatcher;
  #startMs: number | undefined = undefined;
  /** By level; only those of levels that measure are of use. */
  readonly #runningAtStart: number[] = [];
  #isTaken = false;
  #isFree = false;

  /** Occupies the place. `clock` measures the call; undefined if its duration says nothing, as that of a stream. */
  constructor(scopes: readonly LimitScope[], clock: Clock | undefined, watcher: PlaceWatcher) {
    this.#scopes = scopes;
    this.#clock = clock;
    this.#watcher = watcher;
    for (const scope of scopes) this.#runningAtStart.push(++scope.running);
  }

  take(): void {
    this.#isTaken = true;
    if (this.#scopes.some(({ meter }) => meter !== undefined)) this.#startMs = this.#clock?.nowMs();
  }

  end(): void {
    if (this.#isFree) return;
    this.#isFree = true;
    for (const scope of this.#scopes) scope.running--;
    try {
      if (this.#startMs !== undefined) this.#measure(this.#startMs);
      this.#watcher.onFree();
    } catch (error) {
      this.#watcher.onThrown(error);
    }
  }

  drop(): void {
    if (!this.#isTaken) this.end();
  }

  #measure(startMs: number): void {
    const nowMs = this.#clock?.nowMs() ?? startMs;
    for (const [at, { meter }] of this.#scopes.entries()) {
      meter?.note(nowMs - startMs, this.#runningAtStart[at] ?? 1, nowMs);
    }
  }
}
