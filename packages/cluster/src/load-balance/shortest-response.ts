import { costBalancer } from "./cost-balancer.js";

/**
 * Picks the endpoint whose latency times attempts under way is the least: of all in a list of up to 32, of three drawn at
 * random in a longer one. Unlike `peakEwma` it does not see that an endpoint hangs until attempts have ended, and always goes
 * to the best; it suits a single client.
 *
 * @see Dubbo, ShortestResponseLoadBalance, which takes the mean of the last 30 seconds
 */
export const shortestResponse = costBalancer(
  "shortestResponse",
  ({ latencyMs, load }) => latencyMs * load,
  { choices: 3, exactUpTo: 32 },
);
