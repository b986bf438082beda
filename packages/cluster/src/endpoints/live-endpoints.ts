/**
 * What is known of the endpoints of a directory, from one snapshot to the next.
 *
 * Of a long list of which a client uses a part, only that part is tracked; of the others it is known when they came.
 * An update costs what has changed, and one comparison for each place of the list: 100 of 10 000 in well under a
 * millisecond (bench/update.ts), as long as the directory leaves the others where they were.
 */
import type { Clock, Directory, Endpoint, LiveEndpoint, Snapshot } from "@thrice/core";
import { defaultSlowStartMs } from "../load-balance/warm-up.js";
import { Arrivals } from "./arrivals.js";
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
  /** All of them; undefined as long as only a part is tracked. */
  #endpoints: readonly TrackedEndpoint[] | undefined;
  #part: readonly TrackedEndpoint[] = [];
  readonly #arrivals = new Arrivals();
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
    const sources = this.sources();
    this.#endpoints ??= this.#trackAll(sources);
    return this.#endpoints;
  }

  /** Those known now as the directory has them, whether they are tracked or not. */
  sources(): readonly Endpoint[] {
    const snapshot = this.#directory.snapshot();
    if (snapshot !== this.#snapshot) this.#take(snapshot);
    return snapshot.endpoints;
  }

  /** A part of the sources, tracked from now on. The same list as the last time if it is the same part. */
  part(sources: readonly Endpoint[]): readonly TrackedEndpoint[] {
    const part = sources.map((source) => this.#one(source));
    const isSame = part.length === this.#part.length && part.every((e, at) => e === this.#part[at]);
    if (!isSame) this.#part = part;
    return this.#part;
  }

  /** Those of whom anything can be known. */
  tracked(): readonly TrackedEndpoint[] {
    return this.#endpoints ?? Array.from(this.#known.values(), ({ live }) => live);
  }

  /** The endpoint with this id, if it is known now, and tracked. */
  get(id: string): TrackedEndpoint | undefined {
    return this.#known.get(id)?.live;
  }

  #take(snapshot: Snapshot): void {
    if (this.#snapshot !== undefined) this.#change(this.#snapshot.endpoints, snapshot.endpoints);
    this.#snapshot = snapshot;
  }

  #change(before: readonly Endpoint[], after: readonly Endpoint[]): void {
    const nowMs = this.#clock.nowMs();
    this.#forget(nowMs);
    this.#arrivals.note(before, after, nowMs, this.#known);
    const left = this.#leavePlaces(before, after);
    const endpoints = this.#endpoints?.slice(0, after.length);
    for (let at = 0; at < after.length; at++) {
      const source = after[at] as Endpoint;
      if (before[at] === source) continue;
      if (endpoints !== undefined) endpoints[at] = this.#track(source);
      else if (this.#known.has(source.id) || this.#gone.has(source.id)) this.#track(source);
    }
    for (const known of left) if (known.places === 0) this.#letGo(known, nowMs);
    this.#endpoints = endpoints;
  }

  /** Gives up the places that have changed; those that have none left. */
  #leavePlaces(before: readonly Endpoint[], after: readonly Endpoint[]): readonly Known[] {
    const left: Known[] = [];
    for (let at = 0; at < before.length; at++) {
      if (before[at] === after[at]) continue;
      const known = this.#known.get((before[at] as Endpoint).id);
      if (known !== undefined && --known.places === 0) left.push(known);
    }
    return left;
  }

  /** Begins anew to count places, as it goes through all of them. */
  #trackAll(sources: readonly Endpoint[]): readonly TrackedEndpoint[] {
    for (const known of this.#known.values()) known.places = 0;
    return sources.map((source) => this.#track(source));
  }

  /** Tracks an endpoint that stands in the newest snapshot. */
  #one(source: Endpoint): TrackedEndpoint {
    const known = this.#known.get(source.id);
    const live = this.#track(source);
    if (known !== undefined) known.places--;
    return live;
  }

  /**
   * Tracks an endpoint for one more place. What stands in the new snapshot as it did in the old one stays the same object.
   */
  #track(source: Endpoint): TrackedEndpoint {
    const { id } = source;
    const known = this.#known.get(id);
    if (known === undefined) {
      const stats = this.#gone.get(id)?.stats ?? this.#newStats(id);
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

  #newStats(id: string): AttemptStats {
    return new AttemptStats(this.#arrivals.take(id), this.#slab, this.#slowStartMs);
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
