/** The errors of calls that were ended from outside. */
import { Code, ConnectError } from "@connectrpc/connect";

/** The error of a call whose time, `timeoutMs` milliseconds from its start, is over. */
export function deadlineError(timeoutMs: number): ConnectError {
  const text = `the call's deadline of ${Math.ceil(timeoutMs)} ms passed`;
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
