import type { Endpoint, LiveEndpoint, PickContext } from "@thrice/core";
import type { RoutedCall } from "../endpoints/endpoint-source.js";
import { freshEndpoints } from "../fresh-endpoints.js";
import type { CallPlan } from "./call-plan.js";

/** Endpoints from which on a list is long. */
const longList = 64;
/** Times that a balancer is asked before a long list is narrowed. */
const maxDraws = 8;

/**
 * Lets the load balancer choose an endpoint for `call`: one that is well and not excluded, then one that is not excluded, then
 * any; undefined if there is none.
 *
 * @throws Error if the balancer picks nothing, and what it throws itself.
 */
export function pickEndpoint(
  plan: CallPlan,
  call: PickContext & RoutedCall,
): LiveEndpoint | undefined {
  const { all, healthy } = plan.endpoints.for(call);
  const { excluded } = call;
  if (all.length === 0) return undefined;
  if (excluded.length === 0 || plan.picker.heedsExcluded) return pickFrom(plan, call, healthy);
  // To narrow a long list costs its length, and a balancer what it worked out from it.
  for (let draw = 0; healthy.length > longList && draw < maxDraws; draw++) {
    const drawn = pickFrom(plan, call, healthy);
    if (!has(excluded, drawn)) return drawn;
  }
  const fresh = freshEndpoints(healthy, excluded);
  if (fresh.length > 0) return pickFrom(plan, call, fresh);
  const rest = healthy === all ? fresh : freshEndpoints(all, excluded);
  return pickFrom(plan, call, rest.length > 0 ? rest : healthy);
}

function pickFrom(
  { picker, loadBalancerName }: CallPlan,
  call: PickContext,
  endpoints: readonly LiveEndpoint[],
): LiveEndpoint {
  const picked = picker.pick(endpoints, call);
  if (picked !== undefined) return picked;
  throw new Error(`load balancer ${loadBalancerName} picked none of ${endpoints.length} endpoints`);
}

function has(excluded: readonly Endpoint[], { id }: Endpoint): boolean {
  return excluded.some((endpoint) => endpoint.id === id);
}
