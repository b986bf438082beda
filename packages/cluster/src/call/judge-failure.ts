import { Code } from "@connectrpc/connect";
import type { AttemptFailure } from "@thrice/core";
import { attemptTimeoutError, deadlineError } from "./end-errors.js";
import type { OpenAttempt } from "./open-attempt.js";

/** What has to be known of a call. */
export interface TimedCall {
  readonly isOver: boolean;
  /** Bound of the call, in milliseconds. */
  readonly timeoutMs: number;
  readonly plan: { readonly attemptTimeoutMs: number };
  remainingMs(): number;
}

/**
 * What a failure is to its call: a server whose timer was the quicker says `deadline_exceeded` for us, or resets the stream, and
 * it is our timeout all the same.
 */
export function judgeFailure(
  failure: AttemptFailure,
  call: TimedCall,
  attempt: OpenAttempt,
): AttemptFailure {
  const { error, outcome } = failure;
  const isReset = error.code === Code.Canceled && !call.isOver;
  if (outcome !== "answered" || !(isReset || error.code === Code.DeadlineExceeded)) return failure;
  if (call.remainingMs() === 0) {
    const late = isReset ? deadlineError(call.timeoutMs) : error;
    return { ...failure, outcome: "deadline-passed", error: late };
  }
  const { attemptTimeoutMs } = call.plan;
  if (attempt.durationMs < attemptTimeoutMs) return failure;
  const late = isReset ? attemptTimeoutError(attempt.endpoint, attemptTimeoutMs) : error;
  return { ...failure, outcome: "attempt-timed-out", error: late };
}
