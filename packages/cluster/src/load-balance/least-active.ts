import { costBalancer } from "./cost-balancer.js";

/**
 * Picks the endpoint with the fewest attempts under way for its weight: of all in a list of up to 32, of three drawn at random
 * in a longer one. Between equals chance decides, by weight.
 *
 * @see Dubbo, LeastActiveLoadBalance
 */
export const leastActive = costBalancer("leastActive", ({ load }) => load, {
  choices: 3,
  exactUpTo: 32,
});
