/** What a cluster strategy and a load balancer are: the two values that users plug in. */
import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { Code } from "@connectrpc/connect";
import type { AttemptRecord, AttemptResult, FailedAttempt } from "./attempt.js";
import type { WeighedEndpoint } from "./call-report.js";
import type { Clock } from "./clock.js";
import type { Endpoint, LiveEndpoint } from "./endpoint.js";

/** Decides which attempts a call makes and what it answers. One value serves any number of calls. */
export interface ClusterStrategy {
  /** Names the strategy in logs and errors. */
  readonly name: string;
  /**
   * Runs one call to its end, and returns what `call.attempt` gave it, or an answer or a failure of its own. When it
   * returns, attempts that still run are cancelled, and so is a stream that was answered but is not the answer returned.
   */
  run(call: ClusterCall): Promise<AttemptResult>;
  /**
   * For a strategy that begins with one attempt on what `call.pick()` gives, and answers with it if it goes well: the rest, for
   * when it has failed or could not be sent. A client then makes that attempt itself, without `run`, and at less cost.
   */
  recover?(call: ClusterCall, first: FailedAttempt): Promise<AttemptResult>;
}

/** One call, as its strategy sees it. */
export interface ClusterCall extends PickContext {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** Endpoints of the attempts so far, in order; one that was used twice stands there twice. */
  readonly tried: readonly LiveEndpoint[];
  /** The attempts that have ended, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** Endpoints that may take this call, as routers leave them; read anew at each access. */
  readonly endpoints: readonly LiveEndpoint[];
  /** Those of them that are well; all of them if too many are not. The same list as long as nothing changes. */
  readonly healthy: readonly LiveEndpoint[];
  /** Whether sending the request more than once does no harm: the proto says so, or the user by setting `retries`. */
  readonly isRepeatable: boolean;
  /**
   * Attempts up to the last one whose server said when to try again; from there on pauses grow anew. 0 if none did.
   */
  readonly attemptsAtPushback: number;
  /** Time until the call's deadline, in milliseconds; `Infinity` without one, 0 once it is over. */
  remainingMs(): number;
  /**
   * Whether the budget has something left, for a hedge unless told otherwise. A call that is told no for a retry, and fails, says
   * so in its error.
   */
  hasBudget(kind?: "retry" | "hedge"): boolean;
  /** Time in milliseconds that a share of this method's recent attempts took at most; undefined while too few are known. */
  latencyQuantileMs(share: number): number | undefined;
  /**
   * Lets the load balancer choose from a snapshot read anew, without endpoints that are ejected. Those in `exclude` are
   * chosen only when there is no other; undefined when there is none at all.
   */
  pick(options?: PickOptions): LiveEndpoint | undefined;
  /**
   * Sends the request to `endpoint`. A failure is a result: also that there is no endpoint, that the call is over, that
   * the budget is spent, or that the request cannot be sent again. Rejects only if it goes on being called after a
   * thousand of those.
   */
  attempt(endpoint: LiveEndpoint | undefined, options?: AttemptOptions): Promise<AttemptResult>;
  /** Waits `delayMs` milliseconds, or less when the call ends before. Never rejects. */
  pause(delayMs: number): Promise<void>;
  /**
   * Makes a new call with the same request, run by `strategy`: with no caller, no deadline and no other bound than those of
   * its attempts, so that it outlives this call. Ends when the client closes. Only of unary calls, and of none that was ended
   * from outside: it then resolves with a failure. Never rejects.
   */
  redo(strategy: ClusterStrategy): Promise<AttemptResult>;
}

export interface PickOptions {
  readonly exclude?: readonly Endpoint[];
  /**
   * Chooses from these instead of all that are well. A list that is the same object from call to call lets the balancer keep
   * what it worked out from it.
   */
  readonly among?: readonly LiveEndpoint[];
}

export interface AttemptOptions {
  /**
   * What the attempt is, if it is not the call's first: a `retry` or a `hedge`, which the budget pays for, or one of those
   * that were `planned` from the start, as of a broadcast, which cost nothing. @defaultValue "retry"
   */
  readonly kind?: "retry" | "hedge" | "planned";
}

/** Which failures a call repeats, how often, and after which pauses. */
export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly retries: number;
  /** Whether someone set `retries`; unset, only what is safe to repeat is repeated. */
  readonly retriesSet: boolean;
  /** Whether the failure of an attempt that may have reached a handler is worth another one. */
  readonly retryOn: RetryPredicate;
  readonly backoff: Backoff;
  /** Whether a call waits until an endpoint can be reached, instead of failing. @defaultValue false */
  readonly waitForReady?: boolean;
  /** Set where a gRPC service config rules: retries then follow gRPC's A6 to the letter. */
  readonly a6?: A6Rules;
}

/**
 * What A6 has beside the rest. With it, only the listed statuses are repeated, also those of attempts that reached no
 * handler; headers of an answer commit the call; each retry waits, and the pauses vary by a fifth.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md
 */
export interface A6Rules {
  /** How much longer each pause is than the one before. Units: above 0. */
  readonly backoffMultiplier: number;
}

export type RetryPredicate = (failure: FailedAttempt) => boolean;

/** What `retryOn` accepts: status codes, or a judgement of your own. */
export type RetryOn = readonly Code[] | RetryPredicate;

/** Pauses between attempts: each is drawn evenly from 0 to a bound that doubles with each retry. */
export interface Backoff {
  /** Bound of the pause before the first retry, in milliseconds. @defaultValue 25 */
  readonly baseMs: number;
  /** Bound that none of them passes, in milliseconds. @defaultValue 250 */
  readonly maxMs: number;
}

/** Makes pickers. One value may serve many clients; state lives in the pickers. */
export interface LoadBalancer {
  /** Names the balancer in logs and errors. */
  readonly name: string;
  /** Makes the picker of one method of one service. */
  createPicker(): Picker;
}

/** Chooses endpoints for one method. */
export interface Picker {
  /**
   * Whether the picker leaves out `context.excluded` itself, as long as there is another. If not, it is shown lists
   * without them, or asked again.
   */
  readonly heedsExcluded?: boolean;
  /**
   * Chooses one of `endpoints`, which is never empty. Synchronous; called once per attempt, or a few times.
   *
   * The list is the same object as long as nothing changes, so that what is worked out from it can be kept.
   */
  pick(endpoints: readonly LiveEndpoint[], context: PickContext): LiveEndpoint | undefined;
  /**
   * What a `pick` of the same endpoints would compare now, for reports. Asked only of calls that someone wants explained, right
   * before the pick, which then draws the same numbers. Changes nothing. @defaultValue tells nothing
   */
  explain?(endpoints: readonly LiveEndpoint[], context: PickContext): readonly WeighedEndpoint[];
}

/** What a picker may want to know. */
export interface PickContext {
  readonly method: DescMethod;
  /** The request; undefined for a stream of them. */
  readonly message: Message | undefined;
  /** The call's attachments; undefined if there are none. */
  readonly header: Headers | undefined;
  /** Endpoints that should not be chosen while there is another. */
  readonly excluded: readonly Endpoint[];
  /** Draws from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** The time, in milliseconds; only differences mean anything. */
  nowMs(): number;
}
