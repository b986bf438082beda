import { Code, ConnectError } from "@connectrpc/connect";
import { type AttemptFailure, BusinessError } from "@thrice/core";
import { parsePushback } from "./pushback.js";
import { takeBusinessMarker } from "./repair-status.js";
import { WireError } from "./wire-error.js";

/**
 * Tells the end of an attempt that failed. What the peer said, and an answer that breaks the protocol, count
 * as answered; a message that is too large for this side counts as rejected, since no retry mends it.
 */
export function attemptFailure(reason: unknown): AttemptFailure {
  const error = ConnectError.from(reason);
  if (WireError.is(error)) {
    const { outcome, neverSent } = error;
    return neverSent ? { outcome, error, neverSent } : { outcome, error };
  }
  const saidByPeer = (error as { isWireError?: boolean }).isWireError === true;
  if (!saidByPeer && error.code === Code.ResourceExhausted) return { outcome: "rejected", error };
  const pushback = parsePushback(error.metadata);
  return {
    outcome: "answered",
    error: takeBusinessMarker(error.metadata) ? businessError(error) : error,
    ...(pushback !== undefined && { pushback }),
  };
}

function businessError({ rawMessage, metadata, cause, details }: ConnectError): BusinessError {
  const error = new BusinessError(rawMessage, metadata, cause);
  error.details = details;
  return error;
}
