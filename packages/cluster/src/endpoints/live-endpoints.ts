import type { Clock, Directory, Endpoint, LiveEndpoint, Snapshot } from "@thrice/core";
import { AttemptStats } from "./attempt-stats.js";

/** An endpoint with the statistics that this package keeps. */
export interface TrackedEndpoint extends LiveEndpoint {
  readonly stats: AttemptStats;
}

/** How long the statistics of an endpoint that was taken away are kept for its return, in milliseconds. */
const keptMs = 60_000;

/** An endpoint that is known, or was a short time ago. */
interface Known {
  source: Endpoint;
  live: TrackedEndpoint;
  /** Number of the last snapshot that it stood in. */
  seen: number;
  /** When it was found to be away. */
  goneMs: number;
}

/** The endpoints of a directory, with statistics that outlive its snapshots. */
export class LiveEndpoints {
  readonly #directory: Directory;
  readonly #clock: Clock;
  #snapshot: Snapshot | undefined;
  #endpoints: readonly TrackedEndpoint[] = [];
  readonly #known = new Map<string, Known>();
  #snapshots = 0;

  constructor(directory: Directory, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /** Those known now. The same list as long as the directory has the same snapshot. */
  current(): readonly TrackedEndpoint[] {
    const snapshot = this.#directory.snapshot();
    if (snapshot !== this.#snapshot) this.#take(snapshot);
    return this.#endpoints;
  }

  /** The endpoint with this id, if it is known now. */
  get(id: string): TrackedEndpoint | undefined {
    const known = this.#known.get(id);
    return known?.seen === this.#snapshots ? known.live : undefined;
  }

  #take(snapshot: Snapshot): void {
    const nowMs = this.#clock.nowMs();
    const sinceMs = this.#snapshot === undefined ? Number.NEGATIVE_INFINITY : nowMs;
    this.#snapshot = snapshot;
    this.#snapshots++;
    this.#forget(nowMs);
    this.#endpoints = snapshot.endpoints.map((endpoint) => this.#track(endpoint, sinceMs));
    this.#noteGone(nowMs);
  }

  /** What stands in the new snapshot as it did in the old one stays the same object. */
  #track(source: Endpoint, sinceMs: number): TrackedEndpoint {
    const known = this.#known.get(source.id);
    if (known === undefined) {
      const live = Object.freeze({ ...source, stats: new AttemptStats(sinceMs) });
      this.#known.set(source.id, { source, live, seen: this.#snapshots, goneMs: 0 });
      return live;
    }
    if (known.source !== source) {
      known.source = source;
      known.live = Object.freeze({ ...source, stats: known.live.stats });
    }
    known.seen = this.#snapshots;
    return known.live;
  }

  /** Lets go of those that have been away for too long. */
  #forget(nowMs: number): void {
    if (this.#known.size === this.#endpoints.length) return;
    for (const [id, { seen, goneMs }] of this.#known) {
      const isAway = seen < this.#snapshots - 1;
      if (isAway && !(nowMs - goneMs < keptMs)) this.#known.delete(id);
    }
  }

  #noteGone(nowMs: number): void {
    if (this.#known.size === this.#endpoints.length) return;
    for (const known of this.#known.values()) {
      if (known.seen === this.#snapshots - 1) known.goneMs = nowMs;
    }
  }
}
