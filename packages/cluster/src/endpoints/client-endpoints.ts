import type { Clock, Directory } from "@thrice/core";
import type { AttemptNote, EndpointSource, EndpointView, NotedAttempt } from "./endpoint-source.js";
import { judgeEndpoint } from "./judge-endpoint.js";
import { LiveEndpoints, type TrackedEndpoint } from "./live-endpoints.js";

/** The endpoints of one client: what its directory knows, with what its calls have seen. */
export class ClientEndpoints implements EndpointSource {
  readonly #live: LiveEndpoints;
  #view: EndpointView = { all: [], healthy: [] };

  constructor(directory: Directory, clock: Clock) {
    this.#live = new LiveEndpoints(directory, clock);
  }

  for(): EndpointView {
    const all = this.#live.current();
    if (all !== this.#view.all) this.#view = { all, healthy: all };
    return this.#view;
  }

  noteStart(attempt: NotedAttempt): void {
    (attempt.endpoint as TrackedEndpoint).stats.noteStart(attempt);
  }

  noteEnd(attempt: NotedAttempt, note: AttemptNote): void {
    const { stats } = attempt.endpoint as TrackedEndpoint;
    stats.noteEnd(judgeEndpoint(note), attempt, note.nowMs, note.pushbackMs);
  }
}
