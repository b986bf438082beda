import type { Endpoint, LiveEndpoint, PickContext } from "@thrice/core";
import type { RoutedCall } from "../endpoints/endpoint-source.js";
import { freshEndpoints } from "../fresh-endpoints.js";
import type { CallPlan } from "./call-plan.js";
import { checkedPick } from "./checked-pick.js";

/** Endpoints from which on a list is long. */
const longList = 64;
/** Times that a balancer is asked before a long list is narrowed. */
const maxDraws = 8;

/**
 * Lets the load balancer choose an endpoint for `call`, of `among` if that is set: one that is well and not excluded, then one
 * that is not excluded, then any; undefined if there is none.
 *
 * @throws PickError if the balancer throws, or picks nothing, or what is no endpoint.
 */
export function pickEndpoint(
  plan: CallPlan,
  call: PickContext & RoutedCall,
  among: readonly LiveEndpoint[] | undefined,
): LiveEndpoint | undefined {
  const { all, healthy } = viewOf(among) ?? plan.endpoints.for(call);
  const { excluded } = call;
  if (all.length === 0) return undefined;
  plan.counters?.notePick();
  if (excluded.length === 0 || plan.picker.heedsExcluded) return checkedPick(plan, healthy, call);
  // To narrow a long list costs its length, and a balancer what it worked out from it.
  for (let draw = 0; healthy.length > longList && draw < maxDraws; draw++) {
    const drawn = checkedPick(plan, healthy, call);
    if (!has(excluded, drawn)) return drawn;
  }
  const fresh = freshEndpoints(healthy, excluded);
  if (fresh.length > 0) return checkedPick(plan, fresh, call);
  const rest = healthy === all ? fresh : freshEndpoints(all, excluded);
  return checkedPick(plan, rest.length > 0 ? rest : healthy, call);
}

function viewOf(among: readonly LiveEndpoint[] | undefined) {
  return among === undefined ? undefined : { all: among, healthy: among };
}

function has(excluded: readonly Endpoint[], { id }: Endpoint): boolean {
  return excluded.some((endpoint) => endpoint.id === id);
}
