import type { AttemptResult, ClusterCall, FailedAttempt, LiveEndpoint } from "@thrice/core";
import { decideRetry, type RetryContext, type RetryDecision } from "../retry/decide-retry.js";

/** How a strategy that makes one attempt after the other differs from others of its kind. */
export interface RetryPlan {
  /** Chooses the endpoint of the next attempt; `tried` is empty for the first. */
  choose(call: ClusterCall, tried: readonly LiveEndpoint[]): LiveEndpoint | undefined;
  /** Endpoints that `choose` may come to, which say whether a retry goes at once. @defaultValue all of the call */
  candidates?(call: ClusterCall): readonly LiveEndpoint[];
  /** Whether the strategy goes on after `failure`, if the rules of retrying allow it. @defaultValue always */
  goesOn?(failure: FailedAttempt): boolean;
}

/**
 * Makes up to `1 + retries` attempts, until one succeeds or a failure is not worth repeating. Resolves with the last attempt
 * that was sent.
 */
export async function attemptAndRetry(call: ClusterCall, plan: RetryPlan): Promise<AttemptResult> {
  return retryAfter(await call.attempt(plan.choose(call, none)), call, plan);
}

/** The same from the end of the first attempt on. */
export async function retryAfter(
  first: AttemptResult,
  call: ClusterCall,
  plan: RetryPlan,
): Promise<AttemptResult> {
  let result = first;
  for (let retry = 1; !result.ok && plan.goesOn?.(result) !== false; retry++) {
    const decision = decideRetry(result, contextOf(call, plan), retry);
    if (decision.kind === "stop") break;
    if (decision.afterMs > 0) await call.pause(decision.afterMs);
    const { tried } = call;
    const next = await call.attempt(plan.choose(call, tried));
    if (call.tried.length === tried.length) break; // not sent; what the last one said tells more
    result = next;
  }
  return result;
}

const none: readonly LiveEndpoint[] = [];

function contextOf(call: ClusterCall, { candidates }: RetryPlan) {
  if (candidates === undefined) return call;
  const { method, policy, random, tried } = call;
  const remainingMs = () => call.remainingMs();
  const noteDecision = (decision: RetryDecision) => (call as RetryContext).noteDecision?.(decision);
  return { method, policy, random, tried, endpoints: candidates(call), remainingMs, noteDecision };
}
