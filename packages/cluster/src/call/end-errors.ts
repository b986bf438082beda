/** The errors of calls that were ended from outside, and of attempts that were not sent. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { FailedAttempt, LiveEndpoint } from "@thrice/core";

/**
 * The error of a call whose time, `timeoutMs` milliseconds from its start, is over. `idleStrategy` names the strategy if it
 * had neither an attempt nor a pause under way.
 */
export function deadlineError(timeoutMs: number, idleStrategy?: string): ConnectError {
  const text = `the call's deadline of ${Math.ceil(timeoutMs)} ms passed`;
  const idle =
    idleStrategy === undefined ? "" : `; cluster strategy ${idleStrategy} had nothing under way`;
  return new ConnectError(`${text}${idle}`, Code.DeadlineExceeded);
}

/** The error of an attempt whose own time is over. */
export function attemptTimeoutError({ id }: LiveEndpoint, attemptTimeoutMs: number): ConnectError {
  const text = `no answer from ${id} within attemptTimeoutMs ${attemptTimeoutMs}`;
  return new ConnectError(text, Code.DeadlineExceeded);
}

/** The error of a call that its caller gave up, for `reason`. */
export function cancelError(reason: unknown): ConnectError {
  return new ConnectError(
    "the caller cancelled the call",
    Code.Canceled,
    undefined,
    undefined,
    reason,
  );
}

/** The end of an attempt that was not sent to `endpoint`, because of what `text` says. */
export function rejection(endpoint: LiveEndpoint | undefined, text: string): FailedAttempt {
  const error = new ConnectError(text, Code.Unavailable);
  return { ok: false, endpoint, outcome: "rejected", error };
}

/** The error of attempts that run on after their call has its result. */
export function settledError(): ConnectError {
  return new ConnectError("the call is settled", Code.Canceled);
}
