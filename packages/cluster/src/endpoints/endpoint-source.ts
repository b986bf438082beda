import type { Code } from "@connectrpc/connect";
import type { ChoiceReport, LiveEndpoint, Outcome, RoutedCall } from "@thrice/core";
import type { StartedAttempt } from "./started-attempt.js";

export type { RoutedCall };

/** Where calls may go: routed, subset, and without what is ejected. */
export interface EndpointSource {
  /** All that may take the call, and those of them that are well; the same lists as long as nothing changes. */
  for(call: RoutedCall): EndpointView;
  /** Why there is no endpoint for the call, in words, if routers are to blame. */
  whyNone?(call: RoutedCall): string | undefined;
  /** What narrowed the endpoints for the call; asked only when someone wants to know. */
  explain?(call: RoutedCall): NarrowingReport;
  /** Takes note that an attempt began. */
  noteStart(attempt: NotedAttempt): void;
  /** Takes note of how it ended, once; statistics and health live from it. */
  noteEnd(attempt: NotedAttempt, end: AttemptNote): void;
}

/** What became of the endpoints before the load balancer was shown them. */
export type NarrowingReport = Pick<
  ChoiceReport,
  "known" | "routers" | "routed" | "used" | "ejected" | "isPanic"
>;

/** An attempt, while it is under way and when it has just ended. */
export interface NotedAttempt extends StartedAttempt {
  readonly endpoint: LiveEndpoint;
  /** When it ended; before that, any time. */
  readonly endedMs: number;
}

/** Lists of endpoints that do not change. */
export interface EndpointView {
  readonly all: readonly LiveEndpoint[];
  /** Without those that are ejected; all of them if too many are. */
  readonly healthy: readonly LiveEndpoint[];
  /** Whether so many are ejected that all are taken. */
  readonly isPanic: boolean;
}

/** How an attempt ended, for the statistics. */
export interface AttemptNote {
  readonly outcome: Outcome;
  /** The error's code; undefined if all went well. */
  readonly code: Code | undefined;
  /** How long the server asks to be left alone, in milliseconds; 0 if it does not. */
  readonly pushbackMs: number;
}
