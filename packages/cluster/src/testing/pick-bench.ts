/** What load balancers are shown in tests. */
import type { PickContext } from "@thrice/core";
import { AttemptStats } from "../endpoints/attempt-stats.js";
import type { TrackedEndpoint } from "../endpoints/live-endpoints.js";
import { StatsSlab } from "../endpoints/stats-slab.js";
import { methods } from "./greet-service.js";

/** The endpoints of one client share a slab; those of tests do too. */
const slab = new StatsSlab();

/** An endpoint whose id is `id`, of which nothing has been seen. */
export function endpoint(id: string, weight = 100): TrackedEndpoint {
  const stats = new AttemptStats(Number.NEGATIVE_INFINITY, slab);
  return { id, address: { host: id, port: 1, params: {} }, weight, zone: "", stats };
}

/** What a picker is told, plain unless said otherwise. */
export function pickContext(more: Partial<PickContext> = {}): PickContext {
  return {
    method: methods.unary,
    message: undefined,
    header: undefined,
    excluded: [],
    random: () => 0,
    nowMs: () => 0,
    ...more,
  };
}

/** Draws the same numbers, evenly spread, for the same seed. @see G. Marsaglia, "Xorshift RNGs", 2003 */
export function seededRandom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
