/** The errors of calls that were ended from outside. */
import { Code, ConnectError } from "@connectrpc/connect";

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
