import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import { type ClusterCall, type FailedAttempt, isUnprocessed } from "@thrice/core";
import { freshEndpoints } from "../fresh-endpoints.js";
import { drawA6PauseMs, drawPauseMs } from "./backoff.js";

/** What to do after a failed attempt, and why. */
export type RetryDecision =
  | { readonly kind: "retry"; readonly afterMs: number }
  | { readonly kind: "stop"; readonly reason: StopReason };

export type StopReason =
  | "call-is-over"
  | "not-retryable"
  | "not-safe"
  | "no-retries-left"
  | "server-said-stop"
  | "committed"
  | "past-deadline"
  | "budget-spent";

/** What the decision needs to know of the call. */
export type RetryContext = Pick<
  ClusterCall,
  "method" | "policy" | "random" | "tried" | "endpoints" | "remainingMs"
> &
  Partial<Pick<ClusterCall, "attemptsAtPushback" | "hasBudget" | "latencyQuantileMs">> & {
    /** Told what was decided; calls that are looked at have it. */
    noteDecision?(decision: RetryDecision): void;
  };

/**
 * Decides on retry number `retry`, 1 for the first, after `failure`.
 *
 * The first retry goes at once if an endpoint is left that was not tried; any other waits. A server's pushback replaces the
 * wait, and lets later ones begin anew. A retry is not sent if what is left of the call's time after the wait is less than
 * half of the answers take.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md
 */
export function decideRetry(
  failure: FailedAttempt,
  call: RetryContext,
  retry: number,
): RetryDecision {
  const decision = decide(failure, call, retry);
  call.noteDecision?.(decision);
  return decision;
}

function decide(failure: FailedAttempt, call: RetryContext, retry: number): RetryDecision {
  const reason = whyStop(failure, call, retry);
  if (reason !== undefined) return { kind: "stop", reason };
  const afterMs = delayMs(failure, call, retry);
  const leftMs = call.remainingMs();
  if (leftMs !== Number.POSITIVE_INFINITY && afterMs + answerMs(call) >= leftMs)
    return { kind: "stop", reason: "past-deadline" };
  // Asked now, so that a call which cannot be repeated does not wait first.
  if (call.hasBudget?.("retry") === false) return { kind: "stop", reason: "budget-spent" };
  return { kind: "retry", afterMs };
}

function whyStop(
  failure: FailedAttempt,
  call: RetryContext,
  retry: number,
): StopReason | undefined {
  const { outcome, pushback, isRepeatable = false } = failure;
  if (isOver(failure)) return "call-is-over";
  if (retry > call.policy.retries) return "no-retries-left";
  if (call.policy.a6 !== undefined) {
    if (failure.hadHeaders === true) return "committed";
    if (!call.policy.retryOn(failure)) return "not-retryable";
  } else if (!isUnprocessed(outcome)) {
    const isSafe = isRepeatable || call.policy.retriesSet || isIdempotent(call.method);
    if (!isSafe) return "not-safe";
    if (!call.policy.retryOn(failure)) return "not-retryable";
  }
  return pushback?.kind === "stop" ? "server-said-stop" : undefined;
}

function isOver({ outcome, isRepeatable }: FailedAttempt): boolean {
  if (outcome === "rejected") return isRepeatable !== true;
  return outcome === "cancelled" || outcome === "deadline-passed";
}

function delayMs(failure: FailedAttempt, call: RetryContext, retry: number): number {
  if (failure.pushback?.kind === "after") return failure.pushback.delayMs;
  const { a6, backoff } = call.policy;
  const step = Math.max(1, retry - (call.attemptsAtPushback ?? 0));
  if (a6 !== undefined) return drawA6PauseMs(backoff, a6.backoffMultiplier, step, call.random);
  if (retry === 1 && freshEndpoints(call.endpoints, call.tried).length > 0) return 0;
  return drawPauseMs(backoff, step, call.random);
}

/** How long an answer takes; gRPC's rules know no such thing. */
function answerMs(call: RetryContext): number {
  return call.policy.a6 === undefined ? (call.latencyQuantileMs?.(0.5) ?? 0) : 0;
}

/** Whether the proto says that serving the method twice does no harm. */
export function isIdempotent({ idempotency }: DescMethod): boolean {
  return idempotency === Idempotency.NO_SIDE_EFFECTS || idempotency === Idempotency.IDEMPOTENT;
}
