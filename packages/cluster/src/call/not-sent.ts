/** Why the first attempt of a call is not sent. */
import type { FailedAttempt, LiveEndpoint } from "@thrice/core";
import type { RoutedCall } from "../endpoints/endpoint-source.js";
import type { CallPlan } from "./call-plan.js";
import { rejection } from "./end-errors.js";

/** The end of a call that the throttle does not let through; undefined if it may go. */
export function heldBack(plan: CallPlan, endpoint: LiveEndpoint): FailedAttempt | undefined {
  const { throttle, clock, random } = plan;
  if (throttle === undefined || throttle.isCalm) return undefined;
  if (throttle.admits(clock.nowMs(), random)) return undefined;
  plan.counters?.noteThrottled();
  return { ...rejection(endpoint, throttle.describe()), wasCutShort: true };
}

/** The end of an attempt for which there is no endpoint. */
export function noEndpoint({ method, endpoints }: CallPlan, call: RoutedCall): FailedAttempt {
  const { typeName } = method.parent;
  const why = endpoints.whyNone?.(call);
  if (why === undefined) return rejection(undefined, `no endpoint is known for ${typeName}`);
  return rejection(undefined, `no endpoint of ${typeName} is left: ${why}`);
}
