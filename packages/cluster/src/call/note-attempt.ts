/** Who takes note of how an attempt ended: statistics and health of its endpoint, throttle, quantiles, budget. */
import type { AttemptFailure, FailedAttempt } from "@thrice/core";
import type { AttemptNote } from "../endpoints/endpoint-source.js";
import type { CallPlan } from "./call-plan.js";
import type { OpenAttempt } from "./open-attempt.js";

/** `isCallOver` says whether its call was ended from outside. */
export function noteAttempt(plan: CallPlan, attempt: OpenAttempt, isCallOver: boolean): void {
  const { endpoints, latencies, throttle } = plan;
  const { failure } = attempt;
  const note = failure === undefined ? wentWell : noteOf(failure);
  throttle?.noteEnd(note.outcome, note.code, attempt.endedMs);
  endpoints.noteEnd(attempt, note);
  // Without the slow ones that lost or timed out, hedges would make times look ever shorter, and come ever sooner.
  const hasLost = note.outcome === "cancelled" && !isCallOver;
  if (failure === undefined || hasLost || note.outcome === "attempt-timed-out")
    latencies.note(attempt.durationMs);
}

/** Tells a budget that counts failures of one that the policy would repeat, or that the server said not to. */
export function noteFailure({ budget, policy }: CallPlan, failed: FailedAttempt): void {
  if (budget.noteFailure === undefined) return;
  try {
    const counts = failed.pushback?.kind === "stop" || policy.retryOn(failed);
    if (counts) budget.noteFailure(failed);
  } catch {
    // whoever decides on a retry asks it too, and fails the call
  }
}

const wentWell: AttemptNote = { outcome: "answered", code: undefined, pushbackMs: 0 };

function noteOf({ outcome, error, pushback }: AttemptFailure): AttemptNote {
  const pushbackMs = pushback?.kind === "after" ? pushback.delayMs : 0;
  return { outcome, code: error.code, pushbackMs };
}
