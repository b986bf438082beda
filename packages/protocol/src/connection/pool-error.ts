import { Code } from "@connectrpc/connect";
import type { ConnectionEnd } from "@thrice/http2";
import { formatErrorCode } from "@thrice/http2";
import { WireError } from "../client/wire-error.js";
import { explainTlsError } from "../tls/explain-tls-error.js";

/** Says that no connection to `peer` could be opened; no request was sent. */
export function connectFailed(peer: string, cause: Error): WireError {
  const text = `cannot connect to ${peer}: ${describe(cause)}`;
  return new WireError("connect-failed", Code.Unavailable, text, cause);
}

/** Says that a connection was lost with a request on it. */
export function connectionBroke(peer: string, cause: Error): WireError {
  const text = `connection to ${peer} lost: ${describe(cause)}`;
  return new WireError("connection-lost", Code.Unavailable, text, cause);
}

/** Says that nothing was sent, since the client was closed before. */
export function clientClosed(): WireError {
  return new WireError("rejected", Code.Unavailable, "the client is closed");
}

/** Says that this side has closed the connection that a request was on. */
export function channelClosed(cause?: unknown): WireError {
  return new WireError("cancelled", Code.Canceled, "the channel was closed", cause);
}

/** Gathers the errors of all addresses of a name into one. */
export function errorOfAddresses(errors: readonly Error[]): Error {
  const [only] = errors;
  if (errors.length === 1 && only !== undefined) return only;
  return new AggregateError(errors, errors.map(describe).join("; "));
}

/** Names why a connection ended before it was of use. */
export function errorOfEnd(end: ConnectionEnd): Error {
  switch (end.kind) {
    case "lost":
      return end.error ?? new Error("the peer closed the connection");
    case "goaway":
      return new Error(`the peer went away with ${formatErrorCode(end.code)} ${end.debug}`.trim());
    case "peer-violation":
      return new Error(`the peer does not speak HTTP/2: ${end.reason}`);
    case "closed-here":
      return new Error(end.reason);
  }
}

/** Some errors of the system have no message of their own. */
function describe(error: Error & { code?: string }): string {
  return explainTlsError(error) || error.message || error.code || error.name;
}
