import { Code } from "@connectrpc/connect";
import { ErrorCode, formatErrorCode, type StreamEnd } from "@thrice/http2";
import { WireError } from "../client/wire-error.js";
import { channelClosed } from "../connection/pool-error.js";

/**
 * Names origin and status of an attempt whose stream ended before its status came.
 *
 * @see RFC 9113 sections 6.8 and 7; gRPC's PROTOCOL-HTTP2.md "Errors"
 */
export function explainEnd(peer: string, end: StreamEnd): WireError {
  switch (end.kind) {
    case "completed":
      return new WireError("answered", Code.Internal, `${peer} ended its answer without a status`);
    case "reset-by-peer":
      return explainReset(peer, end.code);
    case "unprocessed":
      return new WireError(
        "refused",
        Code.Unavailable,
        `${peer} is going away and did not take the request`,
      );
    case "not-started":
      return WireError.ofUnsent(`${peer} went away before the request was sent`);
    case "goaway":
      return lost(peer, `it closed with ${formatErrorCode(end.code)}`);
    case "connection-lost":
      return end.sent
        ? lost(peer, end.error?.message ?? "the peer closed it", end.error)
        : WireError.ofUnsent(`${peer} went away before the request was sent`, end.error);
    case "closed-here":
      return channelClosed(end.error);
    case "peer-violation":
      return end.scope === "connection"
        ? lost(peer, `it broke the protocol: ${end.reason}`)
        : new WireError("answered", Code.Internal, `${peer} broke the protocol: ${end.reason}`);
  }
}

/** The error of a stream that the peer cancels when its time is up. @see grpc-go internal/transport/http2_client.go */
export function deadlinePassed(peer: string): WireError {
  return new WireError(
    "answered",
    Code.DeadlineExceeded,
    `${peer} cancelled the stream at its deadline`,
  );
}

function explainReset(peer: string, resetCode: number): WireError {
  if (resetCode === ErrorCode.REFUSED_STREAM) {
    return new WireError("refused", Code.Unavailable, `${peer} refused the stream`);
  }
  const code = statusByReset.get(resetCode) ?? Code.Internal;
  return new WireError(
    "answered",
    code,
    `${peer} reset the stream (${formatErrorCode(resetCode)})`,
  );
}

function lost(peer: string, reason: string, cause?: unknown): WireError {
  return new WireError(
    "connection-lost",
    Code.Unavailable,
    `connection to ${peer} lost: ${reason}`,
    cause,
  );
}

const statusByReset: ReadonlyMap<number, Code> = new Map<number, Code>([
  [ErrorCode.CANCEL, Code.Canceled],
  [ErrorCode.ENHANCE_YOUR_CALM, Code.ResourceExhausted],
  [ErrorCode.INADEQUATE_SECURITY, Code.PermissionDenied],
]);
