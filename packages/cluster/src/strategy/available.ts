import {
  type ClusterCall,
  type ClusterStrategy,
  isUnprocessed,
  type LiveEndpoint,
} from "@thrice/core";
import { attemptAndRetry, type RetryPlan } from "./attempt-and-retry.js";

/**
 * Takes the first endpoint, in the directory's order, that is well and can be reached; no load balancer has a say. Only a
 * request that reached no handler goes on to the next one, as often as `retries` allows.
 */
export const available: ClusterStrategy = {
  name: "available",
  run: (call) => attemptAndRetry(call, inOrder),
};

const inOrder: RetryPlan = {
  choose: firstWell,
  goesOn: ({ outcome }) => isUnprocessed(outcome),
};

function firstWell(
  { healthy, endpoints }: ClusterCall,
  tried: readonly LiveEndpoint[],
): LiveEndpoint | undefined {
  const isFresh = ({ id, weight }: LiveEndpoint) =>
    weight > 0 && !tried.some((endpoint) => endpoint.id === id);
  return healthy.find(isFresh) ?? endpoints.find(isFresh) ?? healthy[0] ?? endpoints[0];
}
