/** The story of one call, for who wants to know why it went where it went. Made only when someone asks for it. */
import type { AttemptInfo, AttemptKind, CallInfo } from "./call-events.js";
import type { EjectionCause } from "./cluster-events.js";
import type { Outcome } from "./outcome.js";

/** What a call did, and why. `String(report)` reads well. */
export interface CallReport {
  readonly call: CallInfo;
  /** Names of the cluster strategy and the load balancer. */
  readonly strategy: string;
  readonly loadBalancer: string;
  /** How the call ended. */
  readonly outcome: Outcome;
  /** The status in words, `ok` included. */
  readonly code: string;
  /** The error's text; undefined if all went well. */
  readonly message: string | undefined;
  /** From start to end, in milliseconds. */
  readonly durationMs: number;
  /** Those that were sent, in the order of their start. */
  readonly attempts: readonly AttemptReport[];
  /** Those that the strategy asked for and that were not sent, in order. */
  readonly refusals: readonly RefusalReport[];
  /** The same as text, of several lines. */
  toString(): string;
}

/** One attempt of a call. */
export interface AttemptReport {
  readonly attempt: AttemptInfo;
  readonly kind: AttemptKind;
  /** Endpoint id. */
  readonly endpoint: string;
  /** Why it was made, in words. */
  readonly reason: string;
  /** When it began, in milliseconds from the start of the call. */
  readonly atMs: number;
  /** How long it was held back before, in milliseconds. */
  readonly delayMs: number;
  /** How the endpoint was chosen; undefined if the strategy named it itself. */
  readonly choice: ChoiceReport | undefined;
  /** Undefined while it is under way. */
  readonly outcome: Outcome | undefined;
  /** The status in words, `ok` included; undefined while it is under way. */
  readonly code: string | undefined;
  /** From start to end, in milliseconds; undefined while it is under way. */
  readonly durationMs: number | undefined;
  /** What was decided when it had failed; undefined if nothing was, or by a strategy that does not use `decideRetry`. */
  readonly decision: DecisionReport | undefined;
}

/** How an endpoint was chosen. */
export interface ChoiceReport {
  /** Endpoints that the directory knew. */
  readonly known: number;
  /** What each router left, in order. */
  readonly routers: readonly RouterReport[];
  /** Endpoints that routers left, and those of them that the client uses. */
  readonly routed: number;
  readonly used: number;
  /** Endpoints in use that were kept out of the choice. */
  readonly ejected: readonly EjectedReport[];
  /** Whether so many were ejected that all were taken. */
  readonly isPanic: boolean;
  /** Ids of the endpoints that the call had been to, and that were avoided. */
  readonly excluded: readonly string[];
  /** Endpoints that the load balancer was shown. */
  readonly shown: number;
  /** What the load balancer compared; empty if it compares nothing, or does not tell. */
  readonly weighed: readonly WeighedEndpoint[];
  /** Id of what it took. */
  readonly picked: string;
}

/** What a router made of what it got. */
export interface RouterReport {
  readonly name: string;
  /** What of the call mattered to it. */
  readonly key: string;
  /** Endpoints that it left. */
  readonly left: number;
}

/** An endpoint that health kept out of the choice. */
export interface EjectedReport {
  /** Endpoint id. */
  readonly endpoint: string;
  readonly cause: EjectionCause;
  /** Time until it is tried again, in milliseconds. */
  readonly forMs: number;
}

/** An endpoint as a load balancer weighed it. */
export interface WeighedEndpoint {
  /** Endpoint id. */
  readonly endpoint: string;
  /** What one more call there costs, in the unit of the balancer; the lowest wins. */
  readonly cost: number;
}

/** What followed from a failure. */
export interface DecisionReport {
  readonly kind: "retry" | "stop";
  /** Why the call made no further attempt; undefined if it did. */
  readonly reason: string | undefined;
  /** Pause before the retry, in milliseconds; 0 if there was none. */
  readonly afterMs: number;
  /** Attempts that the retry budget could pay for then; undefined if it does not say. */
  readonly budgetTokens: number | undefined;
  /** Share of the calls that the throttle held back then, 0 to 1; undefined if there is none. */
  readonly throttledRatio: number | undefined;
}

/** An attempt that was not sent. */
export interface RefusalReport {
  /** Endpoint id; undefined if there was none. */
  readonly endpoint: string | undefined;
  /** What it would have been. */
  readonly kind: AttemptKind;
  /** When it was refused, in milliseconds from the start of the call. */
  readonly atMs: number;
  /** In words. */
  readonly reason: string;
  readonly budgetTokens: number | undefined;
  readonly throttledRatio: number | undefined;
}
