/** How attempts fail in a simulation. Their errors are made once: a stack for each would cost more than the rest of the call. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { AttemptFailure } from "@thrice/core";

/** No connection could be opened. */
export const connectFailed: AttemptFailure = Object.freeze({
  outcome: "connect-failed",
  error: new ConnectError("connection refused", Code.Unavailable),
});

/** The connection broke while the attempt was under way. */
export const connectionLost: AttemptFailure = Object.freeze({
  outcome: "connection-lost",
  error: new ConnectError("the connection was lost", Code.Unavailable),
});

const answers = new Map<string, AttemptFailure>();

/** The server said `code`. */
export function answered(code: Code, text: string): AttemptFailure {
  const key = `${code} ${text}`;
  let failure = answers.get(key);
  if (failure === undefined) {
    failure = Object.freeze({ outcome: "answered", error: new ConnectError(text, code) });
    answers.set(key, failure);
  }
  return failure;
}
