/** What a gRPC service config says of calls. */
import type { DescMethod } from "@bufbuild/protobuf";
import type { Code } from "@connectrpc/connect";
import type { Backoff, ClusterStrategy } from "@thrice/core";
import type { ThrottlingRules } from "./grpc-throttle.js";

/** What is said of a method. A field that is not said is absent. */
export interface MethodRules {
  /** Bound of the call, in milliseconds. */
  readonly timeoutMs?: number;
  readonly waitForReady?: boolean;
  /** At most one of `retry` and `hedging` is there. */
  readonly retry?: RetryRules;
  readonly hedging?: HedgingRules;
}

/** A `retryPolicy`. */
export interface RetryRules {
  /** Attempts after the first, 1 to 4. */
  readonly retries: number;
  readonly backoff: Backoff;
  readonly backoffMultiplier: number;
  readonly codes: readonly Code[];
}

/** A `hedgingPolicy`. */
export interface HedgingRules {
  /** Attempts after the first, 1 to 4. */
  readonly retries: number;
  /** Statuses after which the next attempt is sent at once; any other ends the call. */
  readonly nonFatalCodes: readonly Code[];
  readonly strategy: ClusterStrategy;
}

/** A service config that was read. Never changes. */
export class ServiceConfig {
  /** When retries and hedges are given up; undefined if nothing is said. */
  readonly throttling: ThrottlingRules | undefined;
  /** By `service/method`, `service/` for all its methods, and `/` for all others. */
  readonly #rules: ReadonlyMap<string, MethodRules>;
  readonly #byMethod = new WeakMap<DescMethod, MethodRules>();

  constructor(rules: ReadonlyMap<string, MethodRules>, throttling: ThrottlingRules | undefined) {
    this.#rules = rules;
    this.throttling = throttling;
  }

  /** What is said of `method`: of itself, else of its service, else of all; undefined if nothing is. */
  rulesOf(method: DescMethod): MethodRules | undefined {
    const known = this.#byMethod.get(method);
    if (known !== undefined) return known;
    const { typeName } = method.parent;
    const rules =
      this.#rules.get(`${typeName}/${method.name}`) ??
      this.#rules.get(`${typeName}/`) ??
      this.#rules.get("/");
    if (rules !== undefined) this.#byMethod.set(method, rules);
    return rules;
  }
}
