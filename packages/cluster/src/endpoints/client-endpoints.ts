import type { Clock, Directory } from "@thrice/core";
import type { AttemptNote, EndpointSource, EndpointView, NotedAttempt } from "./endpoint-source.js";
import { EndpointHealth, type HealthInit } from "./health/endpoint-health.js";
import type { HealthCounters } from "./health/health-counters.js";
import { judgeEndpoint } from "./judge-endpoint.js";
import { LiveEndpoints, type TrackedEndpoint } from "./live-endpoints.js";

/** The endpoints of one client: what its directory knows, with what its calls have seen. */
export class ClientEndpoints implements EndpointSource {
  readonly #live: LiveEndpoints;
  readonly #health: EndpointHealth | undefined;
  #view: EndpointView = { all: [], healthy: [] };

  /** Without `health`, every endpoint takes calls at all times. */
  constructor(directory: Directory, clock: Clock, health?: HealthInit) {
    this.#live = new LiveEndpoints(directory, clock);
    if (health !== undefined) this.#health = new EndpointHealth(this.#live, clock, health);
  }

  /** What has happened to the health of the endpoints so far; undefined if nobody looks after it. */
  get healthCounters(): Readonly<HealthCounters> | undefined {
    return this.#health?.counters;
  }

  for(): EndpointView {
    const all = this.#live.current();
    const health = this.#health;
    if (health === undefined) {
      if (all !== this.#view.all) this.#view = { all, healthy: all };
      return this.#view;
    }
    if (all !== this.#view.all) health.use(all);
    health.lookAfter();
    this.#view = health.view(all);
    return this.#view;
  }

  noteStart(attempt: NotedAttempt): void {
    (attempt.endpoint as TrackedEndpoint).stats.noteStart(attempt);
    this.#health?.noteStart(attempt);
  }

  noteEnd(attempt: NotedAttempt, note: AttemptNote): void {
    const { stats } = attempt.endpoint as TrackedEndpoint;
    const verdict = judgeEndpoint(note);
    stats.noteEnd(verdict, attempt, note.nowMs, note.pushbackMs);
    this.#health?.noteEnd(attempt, verdict, note.nowMs);
  }

  /** Starts nothing more of its own. */
  close(): void {
    this.#health?.close();
  }
}
