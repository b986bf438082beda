/**
 * What is known of the endpoints of a directory, from one snapshot to the next.
 *
 * An update costs what has changed, and one comparison for each place of the list: 100 of 10 000 in well under a
 * millisecond (bench/update.ts), as long as the directory leaves the others where they were.
 */
import type { Clock, Directory, Endpoint, LiveEndpoint, Snapshot } from "@thrice/core";
import { defaultSlowStartMs } from "../load-balance/warm-up.js";
import { AttemptStats } from "./attempt-stats.js";
import { StatsSlab } from "./stats-slab.js";

/** An endpoint with the statistics that this package keeps. */
export interface TrackedEndpoint extends LiveEndpoint {
  readonly stats: AttemptStats;
}

/** How long the statistics of an endpoint that was taken away are kept for its return, in milliseconds. */
const keptMs = 60_000;

/** An endpoint that is known. */
interface Known {
  source: Endpoint;
  live: TrackedEndpoint;
  /** Places in the list; 0 only while a snapshot is being taken. */
  places: number;
}

/** An endpoint that was known a short time ago. */
interface Gone {
  readonly stats: AttemptStats;
  readonly sinceMs: number;
}

/** The endpoints of a directory, with statistics that outlive its snapshots. */
export class LiveEndpoints {
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #slowStartMs: number;
  readonly #slab = new StatsSlab();
  #snapshot: Snapshot | undefined;
  #endpoints: readonly TrackedEndpoint[] = [];
  readonly #known = new Map<string, Known>();
  /** Oldest first. */
  readonly #gone = new Map<string, Gone>();

  /** Units: `slowStartMs` is how long the weight of an endpoint grows that comes later, in milliseconds. */
  constructor(directory: Directory, clock: Clock, slowStartMs = defaultSlowStartMs) {
    this.#directory = directory;
    this.#clock = clock;
    this.#slowStartMs = slowStartMs;
  }

  /** Those known now. The same list as long as the directory has the same snapshot. */
  current(): readonly TrackedEndpoint[] {
    const snapshot = this.#directory.snapshot();
    if (snapshot !== this.#snapshot) this.#take(snapshot);
    return this.#endpoints;
  }

  /** The endpoint with this id, if it is known now. */
  get(id: string): TrackedEndpoint | undefined {
    return this.#known.get(id)?.live;
  }

  #take(snapshot: Snapshot): void {
    const nowMs = this.#clock.nowMs();
    const sinceMs = this.#snapshot === undefined ? Number.NEGATIVE_INFINITY : nowMs;
    const before = this.#snapshot?.endpoints ?? [];
    const after = snapshot.endpoints;
    this.#forget(nowMs);
    const left: Known[] = [];
    for (let at = 0; at < before.length; at++) {
      if (before[at] === after[at]) continue;
      const known = this.#known.get((before[at] as Endpoint).id) as Known;
      if (--known.places === 0) left.push(known);
    }
    const endpoints = this.#endpoints.slice(0, after.length);
    for (let at = 0; at < after.length; at++) {
      if (before[at] !== after[at]) endpoints[at] = this.#track(after[at] as Endpoint, sinceMs);
    }
    for (const known of left) if (known.places === 0) this.#letGo(known, nowMs);
    this.#snapshot = snapshot;
    this.#endpoints = endpoints;
  }

  /** What stands in the new snapshot as it did in the old one stays the same object. */
  #track(source: Endpoint, sinceMs: number): TrackedEndpoint {
    const { id } = source;
    const known = this.#known.get(id);
    if (known === undefined) {
      const stats = this.#gone.get(id)?.stats ?? this.#newStats(sinceMs);
      this.#gone.delete(id);
      const live = Object.freeze({ ...source, stats });
      this.#known.set(id, { source, live, places: 1 });
      return live;
    }
    if (known.source !== source) {
      known.source = source;
      known.live = Object.freeze({ ...source, stats: known.live.stats });
    }
    known.places++;
    return known.live;
  }

  #newStats(sinceMs: number): AttemptStats {
    return new AttemptStats(sinceMs, this.#slab, this.#slowStartMs);
  }

  #letGo({ live: { id, stats } }: Known, nowMs: number): void {
    this.#known.delete(id);
    this.#gone.set(id, { stats, sinceMs: nowMs });
  }

  /** Forgets those that have been away for too long, or since a time that is still to come. */
  #forget(nowMs: number): void {
    for (const [id, { stats, sinceMs }] of this.#gone) {
      const awayMs = nowMs - sinceMs;
      if (awayMs >= 0 && awayMs < keptMs) return;
      this.#gone.delete(id);
      stats.leaveSlab();
    }
  }
}
