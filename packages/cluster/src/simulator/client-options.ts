import type { DescMethod } from "@bufbuild/protobuf";
import {
  type Backoff,
  type ClusterEvents,
  type ClusterStrategy,
  checkBoolean,
  checkKnownOptions,
  checkNumber,
  checkShape,
  checkWholeNumber,
  type LoadBalancer,
  maxTimerMs,
  type RetryOn,
  type RetryPolicy,
  type Router,
  show,
} from "@thrice/core";
import { callDefaults } from "../call/call-defaults.js";
import type { HealthOptions } from "../endpoints/health/health-options.js";
import { defaultBackoff } from "../retry/backoff.js";
import type { Budget } from "../retry/budget.js";
import type { RetryBudgetOptions } from "../retry/retry-budget.js";
import { createRetryPredicate, retryByDefault } from "../retry/retry-predicate.js";
import type { ThrottleOptions } from "../retry/throttle.js";
import type { SubsetOptions } from "../subset/subset-options.js";
import { simulatedMethod } from "./simulated-method.js";
import type { SimulatedServer } from "./simulated-server.js";

/** Options of a simulated client: those of a real one, as far as they bear on where and how often it calls. */
export interface ClientOptions {
  /** The servers that it knows from the start. */
  readonly servers: readonly SimulatedServer[];
  /** Whether the proto says that repeating a call does no harm. @defaultValue true */
  readonly isIdempotent?: boolean | undefined;
  /** Method that is called, if it matters to a strategy or a router. @defaultValue one that fits `isIdempotent` */
  readonly method?: DescMethod | undefined;
  /** Attempts after the first one, 0 to 100. @defaultValue 2 */
  readonly retries?: number | undefined;
  /** Bound of the whole call, in milliseconds; 0 is no bound. @defaultValue 0 */
  readonly timeoutMs?: number | undefined;
  /** Bound of one attempt, in milliseconds; 0 is no bound. @defaultValue 3_000 */
  readonly attemptTimeoutMs?: number | undefined;
  /** Failures that are worth another attempt. @defaultValue as for a real client */
  readonly retryOn?: RetryOn | undefined;
  /** Pauses between attempts. @defaultValue `{ baseMs: 25, maxMs: 250 }` */
  readonly backoff?: Partial<Backoff> | undefined;
  /** Which attempts a call makes. @defaultValue `failover` */
  readonly cluster?: ClusterStrategy | undefined;
  /** Where an attempt goes. @defaultValue `peakEwma` */
  readonly loadBalance?: LoadBalancer | undefined;
  /** What retries and hedges may add; `false` sets no bound. @defaultValue as for a real client */
  readonly retryBudget?: RetryBudgetOptions | Budget | false | undefined;
  /** When calls are held back; `false` never does. @defaultValue as for a real client */
  readonly throttle?: ThrottleOptions | false | undefined;
  /** When a server is kept out of the choice; `false` for never. @defaultValue as for a real client */
  readonly health?: HealthOptions | false | undefined;
  /** @defaultValue none */
  readonly routers?: readonly Router[] | undefined;
  /** @defaultValue as for a real client */
  readonly subset?: SubsetOptions | false | undefined;
  /** Whether a client that is told of no server at all goes on with those it knew. @defaultValue true */
  readonly emptyProtection?: boolean | undefined;
  /** Told of ejections, returns and probes. @defaultValue nobody */
  readonly events?: ClusterEvents | undefined;
}

/** What calls need of the options. */
export interface CallRules {
  readonly method: DescMethod;
  readonly policy: RetryPolicy;
  readonly strategy: ClusterStrategy;
  readonly loadBalance: LoadBalancer;
  /** In milliseconds; `Infinity` for none. */
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveCallRules(options: ClientOptions): CallRules {
  checkKnownOptions("options of a simulated client", options, known);
  if (!Array.isArray(options.servers)) {
    throw new TypeError(`servers must be a list of servers, got ${show(options.servers)}`);
  }
  const { isIdempotent = true, retries, timeoutMs = 0 } = options;
  const { attemptTimeoutMs = callDefaults.unaryAttemptTimeoutMs } = options;
  const { cluster = callDefaults.strategy, loadBalance = callDefaults.loadBalance } = options;
  return {
    method: options.method ?? simulatedMethod(checkBoolean("isIdempotent", isIdempotent)),
    policy: {
      retries: checkWholeNumber("retries", retries ?? callDefaults.retries, 0, 100),
      retriesSet: retries !== undefined,
      retryOn:
        options.retryOn === undefined ? retryByDefault : createRetryPredicate(options.retryOn),
      backoff: resolveBackoff(options.backoff),
    },
    strategy: checkShape("cluster", cluster, "a cluster strategy", ["run"]),
    loadBalance: checkShape("loadBalance", loadBalance, "a load balancer", ["createPicker"]),
    timeoutMs: boundFrom(checkNumber("timeoutMs", timeoutMs, 0, maxTimerMs)),
    attemptTimeoutMs: boundFrom(checkNumber("attemptTimeoutMs", attemptTimeoutMs, 0, maxTimerMs)),
  };
}

function resolveBackoff(options: Partial<Backoff> = {}): Backoff {
  checkKnownOptions("backoff", options, new Set(["baseMs", "maxMs"]));
  const { baseMs, maxMs } = { ...defaultBackoff, ...options };
  checkNumber("backoff.baseMs", baseMs, 0, maxTimerMs);
  return { baseMs, maxMs: checkNumber("backoff.maxMs", maxMs, baseMs, maxTimerMs) };
}

/** The option's 0 is no bound. */
function boundFrom(optionMs: number): number {
  return optionMs === 0 ? Number.POSITIVE_INFINITY : optionMs;
}

const known: ReadonlySet<string> = new Set([
  "servers",
  "isIdempotent",
  "method",
  "retries",
  "timeoutMs",
  "attemptTimeoutMs",
  "retryOn",
  "backoff",
  "cluster",
  "loadBalance",
  "retryBudget",
  "throttle",
  "health",
  "routers",
  "subset",
  "emptyProtection",
  "events",
]);
