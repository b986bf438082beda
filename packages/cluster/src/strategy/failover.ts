import type { ClusterStrategy } from "@thrice/core";
import { attemptAndRetry, type RetryPlan, retryAfter } from "./attempt-and-retry.js";

/**
 * Makes up to `1 + retries` attempts, each on an endpoint that was not tried yet while there is one, until
 * one succeeds or a failure is not worth repeating. Answers with the last attempt.
 */
export const failover: ClusterStrategy = {
  name: "failover",
  run: (call) => attemptAndRetry(call, untried),
  recover: (call, first) => retryAfter(first, call, untried),
};

const untried: RetryPlan = {
  choose: (call, tried) => (tried.length === 0 ? call.pick() : call.pick({ exclude: tried })),
};
