import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import { type ClusterCall, type FailedAttempt, isUnprocessed } from "@thrice/core";
import { freshEndpoints } from "../fresh-endpoints.js";
import { drawPauseMs } from "./backoff.js";

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
  | "past-deadline";

/** What the decision needs to know of the call. */
export type RetryContext = Pick<
  ClusterCall,
  "method" | "policy" | "random" | "tried" | "endpoints" | "remainingMs"
>;

/**
 * Decides on retry number `retry`, 1 for the first, after `failure`.
 *
 * The first retry goes at once if an endpoint is left that was not tried; any other waits. A server's
 * pushback replaces the wait. A retry that could start only after the deadline is not sent.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md
 */
export function decideRetry(
  failure: FailedAttempt,
  call: RetryContext,
  retry: number,
): RetryDecision {
  const reason = whyStop(failure, call, retry);
  if (reason !== undefined) return { kind: "stop", reason };
  const afterMs = delayMs(failure, call, retry);
  if (afterMs >= call.remainingMs()) return { kind: "stop", reason: "past-deadline" };
  return { kind: "retry", afterMs };
}

function whyStop(
  failure: FailedAttempt,
  call: RetryContext,
  retry: number,
): StopReason | undefined {
  const { outcome, pushback } = failure;
  const over = outcome === "cancelled" || outcome === "deadline-passed" || outcome === "rejected";
  if (over) return "call-is-over";
  if (retry > call.policy.retries) return "no-retries-left";
  if (!isUnprocessed(outcome)) {
    if (!call.policy.retriesSet && !isIdempotent(call.method)) return "not-safe";
    if (!call.policy.retryOn(failure)) return "not-retryable";
  }
  return pushback?.kind === "stop" ? "server-said-stop" : undefined;
}

function delayMs(failure: FailedAttempt, call: RetryContext, retry: number): number {
  if (failure.pushback?.kind === "after") return failure.pushback.delayMs;
  if (retry === 1 && freshEndpoints(call.endpoints, call.tried).length > 0) return 0;
  return drawPauseMs(call.policy.backoff, retry, call.random);
}

/** Whether the proto says that serving the method twice does no harm. */
export function isIdempotent({ idempotency }: DescMethod): boolean {
  return idempotency === Idempotency.NO_SIDE_EFFECTS || idempotency === Idempotency.IDEMPOTENT;
}
