import type { DescMethod } from "@bufbuild/protobuf";
import type {
  Clock,
  ClusterStrategy,
  Directory,
  Endpoint,
  Picker,
  RetryPolicy,
  RunningAttempt,
} from "@thrice/core";

/** Everything that a call needs to run; nothing in it is optional by accident. */
export interface CallPlan {
  readonly method: DescMethod;
  readonly strategy: ClusterStrategy;
  readonly policy: RetryPolicy;
  readonly picker: Picker;
  readonly directory: Directory;
  readonly clock: Clock;
  /** Draws from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Bound of the whole call, in milliseconds; `Infinity` for none. */
  readonly timeoutMs: number;
  /** Bound of each attempt, in milliseconds; `Infinity` for none. */
  readonly attemptTimeoutMs: number;
  /** The caller's cancel. */
  readonly signal: AbortSignal | undefined;
  /** Puts an attempt on the wire. Does not throw. */
  start(request: AttemptRequest): RunningAttempt;
  /** Why the request cannot be sent once more, or undefined when it can. */
  whyNotReplayable(): string | undefined;
}

/** One attempt, as the wire is asked for it. */
export interface AttemptRequest {
  readonly endpoint: Endpoint;
  /** Attempts of this call before this one. */
  readonly previousAttempts: number;
  /** Time that the attempt has, in milliseconds; `Infinity` for no bound. */
  readonly timeoutMs: number;
}
