import type { Code } from "@connectrpc/connect";
import type { LiveEndpoint, Outcome, RoutedCall } from "@thrice/core";

export type { RoutedCall };

/** Where calls may go: routed, subset, and without what is ejected. */
export interface EndpointSource {
  /** All that may take the call, and those of them that are well; the same lists as long as nothing changes. */
  for(call: RoutedCall): EndpointView;
  /** Takes note of how an attempt ended; statistics and health live from it. */
  noteStart(endpoint: LiveEndpoint, startedMs: number): void;
  noteEnd(endpoint: LiveEndpoint, end: AttemptNote): void;
}

/** Lists of endpoints that do not change. */
export interface EndpointView {
  readonly all: readonly LiveEndpoint[];
  /** Without those that are ejected; all of them if too many are. */
  readonly healthy: readonly LiveEndpoint[];
}

/** How an attempt ended, for the statistics. */
export interface AttemptNote {
  readonly outcome: Outcome;
  /** The error's code; undefined if all went well. */
  readonly code: Code | undefined;
  readonly startedMs: number;
  readonly nowMs: number;
  /** How long the server asks to be left alone, in milliseconds; 0 if it does not. */
  readonly pushbackMs: number;
}
