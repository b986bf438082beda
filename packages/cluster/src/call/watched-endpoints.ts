import type {
  AttemptNote,
  EndpointSource,
  EndpointView,
  NarrowingReport,
  NotedAttempt,
  RoutedCall,
} from "../endpoints/endpoint-source.js";
import type { CallLog } from "./call-log.js";

/** The endpoints of a client, while others look on at a call. */
export class WatchedEndpoints implements EndpointSource {
  readonly #endpoints: EndpointSource;
  readonly #log: CallLog;
  #call: RoutedCall | undefined;

  constructor(endpoints: EndpointSource, log: CallLog) {
    this.#endpoints = endpoints;
    this.#log = log;
  }

  for(call: RoutedCall): EndpointView {
    this.#call = call;
    return this.#endpoints.for(call);
  }

  whyNone(call: RoutedCall): string | undefined {
    return this.#endpoints.whyNone?.(call);
  }

  noteStart(attempt: NotedAttempt): void {
    this.#endpoints.noteStart(attempt);
    this.#log.noteStart(attempt);
  }

  noteEnd(attempt: NotedAttempt, end: AttemptNote): void {
    this.#endpoints.noteEnd(attempt, end);
    this.#log.noteEnd(attempt, end);
  }

  /** What narrowed the endpoints when the call last asked for them; undefined if it has not, or nobody can tell. */
  narrowing(): NarrowingReport | undefined {
    return this.#call === undefined ? undefined : this.#endpoints.explain?.(this.#call);
  }
}
