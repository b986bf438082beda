import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type {
  Clock,
  ClusterStrategy,
  Directory,
  Endpoint,
  Outcome,
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
  /** Names the picker's load balancer in errors. */
  readonly loadBalancerName: string;
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
  /**
   * Takes the function that ends this call from outside, when the client closes; returns what takes it back.
   */
  hold(end: EndCall): () => void;
  /** Puts an attempt on the wire. Does not throw. */
  start(request: AttemptRequest): RunningAttempt;
  /** Why the request cannot be sent once more, or undefined when it can. */
  whyNotReplayable(): string | undefined;
}

/** Ends a call, whatever its strategy does. */
export type EndCall = (outcome: Outcome, error: ConnectError) => void;

/** One attempt, as the wire is asked for it. */
export interface AttemptRequest {
  readonly endpoint: Endpoint;
  /** Attempts of this call before this one. */
  readonly previousAttempts: number;
  /** Time that the peer may be told it has, in milliseconds; `Infinity` for no bound. */
  readonly timeoutMs: number;
}
