import type { ClusterStrategy, LoadBalancer } from "@thrice/core";
import { peakEwma } from "../load-balance/peak-ewma.js";
import { failover } from "../strategy/failover.js";

/** What a call does where nobody has said anything: the same for real clients and simulated ones. */
export interface CallDefaults {
  /** Attempts after the first one. Dubbo's default, which its users expect. */
  readonly retries: number;
  /**
   * Bound of each attempt of a unary call, in milliseconds. Dubbo's default timeout of a request, which it too applies to each
   * attempt.
   */
  readonly unaryAttemptTimeoutMs: number;
  readonly strategy: ClusterStrategy;
  readonly loadBalance: LoadBalancer;
}

export const callDefaults: CallDefaults = Object.freeze({
  retries: 2,
  unaryAttemptTimeoutMs: 3_000,
  strategy: failover,
  loadBalance: peakEwma,
});
