import { Code, ConnectError } from "@connectrpc/connect";

/** The error of a call whose time, `timeoutMs` milliseconds from its start, is over. */
export function deadlineError(timeoutMs: number): ConnectError {
  return new ConnectError(
    `the call's deadline of ${Math.ceil(timeoutMs)} ms passed`,
    Code.DeadlineExceeded,
  );
}
