import { costBalancer } from "./cost-balancer.js";

/**
 * Draws two endpoints, or three from 16 on, and picks the one with fewer attempts under way for its weight.
 *
 * @see M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001
 */
export const p2c = costBalancer("p2c", ({ load }) => load);
