/** Lets a load balancer, which may be a user's, choose, and looks at what it chose. */
import { type LiveEndpoint, type PickContext, show } from "@thrice/core";
import { describeThrown } from "../describe-thrown.js";
import type { CallPlan } from "./call-plan.js";

/** Longest list that a pick is looked up in; looking through more would take longer than the pick. */
const lookedUpLength = 64;

/** What a load balancer did wrong. `cause` is what it threw, if it did. */
export class PickError extends Error {}

/**
 * Chooses one of `endpoints`.
 *
 * @throws PickError naming the load balancer, if it throws, or picks nothing or something else than one of them. Of a list of more
 * than 64 it is only seen whether the pick is an endpoint at all.
 */
export function checkedPick(
  plan: CallPlan,
  endpoints: readonly LiveEndpoint[],
  context: PickContext,
): LiveEndpoint {
  const picked = pick(plan, endpoints, context);
  if (picked !== undefined && isOneOf(endpoints, picked)) return picked;
  if (isPromise(picked)) picked.catch(() => {}); // nobody else would hear of its failure
  const what = picked === undefined ? "none" : `${show(picked)}, which is none`;
  const name = plan.loadBalancerName;
  throw new PickError(`load balancer ${name} picked ${what} of ${endpoints.length} endpoints`);
}

function pick(
  { picker, loadBalancerName }: CallPlan,
  endpoints: readonly LiveEndpoint[],
  context: PickContext,
): LiveEndpoint | undefined {
  try {
    return picker.pick(endpoints, context);
  } catch (cause) {
    const text = `load balancer ${loadBalancerName} threw: ${describeThrown(cause)}`;
    throw new PickError(text, { cause });
  }
}

function isOneOf(endpoints: readonly LiveEndpoint[], picked: unknown): boolean {
  if (endpoints.length <= lookedUpLength) return endpoints.includes(picked as LiveEndpoint);
  if (typeof picked !== "object" || picked === null) return false;
  const { id, address, stats } = picked as Partial<LiveEndpoint>;
  return typeof id === "string" && typeof address === "object" && typeof stats === "object";
}

function isPromise(picked: unknown): picked is Promise<unknown> {
  return picked instanceof Promise;
}
