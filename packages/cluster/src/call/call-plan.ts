import type { DescMethod } from "@bufbuild/protobuf";
import type {
  Answer,
  AttemptInfo,
  AttemptListener,
  AttemptRecord,
  CallEvents,
  CallReport,
  Clock,
  ClusterStrategy,
  FailedAttempt,
  LiveEndpoint,
  Picker,
  RetryPolicy,
  RunningAttempt,
} from "@thrice/core";
import type { EndpointSource, RoutedCall } from "../endpoints/endpoint-source.js";
import type { Latencies } from "../endpoints/latencies.js";
import type { Budget } from "../retry/budget.js";
import type { Throttle } from "../retry/throttle.js";
import type { CallCounters } from "./call-counters.js";
import type { CallsUnderWay } from "./calls-under-way.js";

/** What the calls of one method under the same options have in common. */
export interface CallPlan {
  readonly method: DescMethod;
  readonly strategy: ClusterStrategy;
  readonly policy: RetryPolicy;
  readonly picker: Picker;
  /** Names the picker's load balancer in errors. */
  readonly loadBalancerName: string;
  /** Where the call may go. */
  readonly endpoints: EndpointSource;
  /** Pays for retries and hedges. */
  readonly budget: Budget;
  /** Holds calls back while the service turns most of them down. */
  readonly throttle?: Throttle | undefined;
  /** How long the method's attempts took of late. */
  readonly latencies: Latencies;
  readonly clock: Clock;
  /** Draws from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Bound of each attempt, in milliseconds; `Infinity` for none. */
  readonly attemptTimeoutMs: number;
  /** Where a call stands while it runs, so that it can be ended from outside. */
  readonly underWay: CallsUnderWay;
  /** Counts what its calls do. */
  readonly counters?: CallCounters | undefined;
  /** Who listens to its calls; also, with no listener, where attempts are to be told what they are. */
  readonly events?: CallEvents | undefined;
  /** The same plan as it was before someone looked on. */
  readonly unwatched?: CallPlan | undefined;
}

/** What one call brings along. */
export interface CallInit extends Pick<RoutedCall, "message" | "header"> {
  /** Bound of the whole call, in milliseconds; `Infinity` for none. */
  readonly timeoutMs: number;
  /** The caller's cancel. */
  readonly signal: AbortSignal | undefined;
  /** Told what the call did and why, right after its end. */
  readonly onExplain?: ((report: CallReport) => void) | undefined;
  /** Puts an attempt on the wire. Does not throw. */
  start(request: AttemptRequest, listener: AttemptListener): RunningAttempt;
  /** Why the request cannot be sent once more, or undefined when it can. */
  whyNotReplayable(): string | undefined;
  /**
   * Told what the call was answered with, once, when no losing attempt runs on. A stream that was answered stays bound to the caller's
   * signal and the deadline until it is finished. Does not throw.
   */
  onAnswer(answer: Answer, endpoint: LiveEndpoint | undefined, attempts: AttemptHistory): void;
  /** Told instead that it failed. Does not throw. */
  onFailure(failure: FailedAttempt, attempts: AttemptHistory): void;
  /** Told, once, that the call holds nothing any more; for a stream, when it has been read. Does not throw. */
  onFinished(): void;
}

/** The attempts of a call. */
export interface AttemptHistory {
  /** Those that have ended, in order. */
  readonly attempts: readonly AttemptRecord[];
}

/** One attempt, as the wire is asked for it. */
export interface AttemptRequest {
  readonly endpoint: LiveEndpoint;
  /** Attempts of this call before this one. */
  readonly previousAttempts: number;
  /** Time that the peer may be told it has, in milliseconds; `Infinity` for no bound. */
  readonly timeoutMs: number;
  /** What it is to its call; known if the plan has `events`. */
  readonly about?: AttemptInfo | undefined;
}
