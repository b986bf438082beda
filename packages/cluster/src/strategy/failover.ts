import type { ClusterStrategy } from "@thrice/core";
import { decideRetry } from "../retry/decide-retry.js";

/**
 * Makes up to `1 + retries` attempts, each on an endpoint that was not tried yet while there is one, until
 * one succeeds or a failure is not worth repeating. Answers with the last attempt.
 */
export const failover: ClusterStrategy = {
  name: "failover",
  async run(call) {
    let result = await call.attempt(call.pick());
    for (let retry = 1; !result.ok; retry++) {
      const decision = decideRetry(result, call, retry);
      if (decision.kind === "stop") break;
      if (decision.afterMs > 0) await call.pause(decision.afterMs);
      const attemptsBefore = call.tried.length;
      const next = await call.attempt(call.pick({ exclude: call.tried }));
      if (call.tried.length === attemptsBefore) break; // not sent; what the last one said tells more
      result = next;
    }
    return result;
  },
};
