import type { Clock, Directory, Endpoint, LiveEndpoint, Snapshot } from "@thrice/core";
import { AttemptStats } from "./attempt-stats.js";

/** An endpoint with the statistics that this package keeps. */
export interface TrackedEndpoint extends LiveEndpoint {
  readonly stats: AttemptStats;
}

/** The endpoints of a directory, with statistics that outlive its snapshots. */
export class LiveEndpoints {
  readonly #directory: Directory;
  readonly #clock: Clock;
  #snapshot: Snapshot | undefined;
  #endpoints: readonly TrackedEndpoint[] = [];
  #byId = new Map<string, TrackedEndpoint>();

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

  /** The endpoint with this id, if it is known. */
  get(id: string): TrackedEndpoint | undefined {
    return this.#byId.get(id);
  }

  #take(snapshot: Snapshot): void {
    const sinceMs = this.#snapshot === undefined ? Number.NEGATIVE_INFINITY : this.#clock.nowMs();
    const known = this.#byId;
    this.#snapshot = snapshot;
    this.#byId = new Map();
    this.#endpoints = snapshot.endpoints.map((endpoint) => {
      const live = track(endpoint, known.get(endpoint.id), sinceMs);
      this.#byId.set(endpoint.id, live);
      return live;
    });
  }
}

function track(
  endpoint: Endpoint,
  before: TrackedEndpoint | undefined,
  sinceMs: number,
): TrackedEndpoint {
  return Object.freeze({ ...endpoint, stats: before?.stats ?? new AttemptStats(sinceMs) });
}
