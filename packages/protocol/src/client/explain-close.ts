/** Tells why an HTTP/2 stream closed before its answer was whole. */
import { constants } from "node:http2";
import { Code } from "@connectrpc/connect";
import { WireError } from "./wire-error.js";

/** What is known when a stream has closed too early. */
export interface CloseFacts {
  /** `host:port` of the peer. */
  readonly peer: string;
  /** Undefined if the stream never got onto the wire. */
  readonly streamId: number | undefined;
  /** The code of the stream's reset, 0 if it was not reset. */
  readonly resetCode: number;
  /** The last stream that the peer's GOAWAY promised to serve, if one came. */
  readonly lastStreamId: number | undefined;
  /** Whether it was this side that closed the connection. */
  readonly closedHere: boolean;
  /** Whether the connection is down as well. */
  readonly connectionDown: boolean;
  /** What the socket or the session reported. */
  readonly cause: Error | undefined;
}

/**
 * Names origin and status, in this order: closed here; never sent, above GOAWAY's last id, refused; connection
 * lost; reset by the peer.
 *
 * @see RFC 9113 sections 6.8 and 7; gRPC's PROTOCOL-HTTP2.md "Errors"
 */
export function explainClose(facts: CloseFacts): WireError {
  const { peer, streamId, resetCode, lastStreamId, closedHere, connectionDown, cause } = facts;
  if (closedHere) {
    return new WireError("cancelled", Code.Canceled, "the channel was closed", cause);
  }
  if (streamId === undefined) {
    return new WireError(
      "refused",
      Code.Unavailable,
      `${peer} went away before the request was sent`,
      cause,
    );
  }
  if (lastStreamId !== undefined && streamId > lastStreamId) {
    return new WireError(
      "refused",
      Code.Unavailable,
      `${peer} is going away and did not take the request`,
      cause,
    );
  }
  if (resetCode === constants.NGHTTP2_REFUSED_STREAM) {
    return new WireError("refused", Code.Unavailable, `${peer} refused the stream`, cause);
  }
  if (connectionDown) {
    const reason = cause === undefined ? "the peer closed it" : cause.message;
    return new WireError(
      "connection-lost",
      Code.Unavailable,
      `connection to ${peer} lost: ${reason}`,
      cause,
    );
  }
  const code = statusByReset.get(resetCode) ?? Code.Internal;
  return new WireError(
    "answered",
    code,
    `${peer} reset the stream (${resetName(resetCode)})`,
    cause,
  );
}

const statusByReset: ReadonlyMap<number, Code> = new Map([
  [constants.NGHTTP2_CANCEL, Code.Canceled],
  [constants.NGHTTP2_ENHANCE_YOUR_CALM, Code.ResourceExhausted],
  [constants.NGHTTP2_INADEQUATE_SECURITY, Code.PermissionDenied],
]);

function resetName(resetCode: number): string {
  return resetNames[resetCode] ?? `code ${resetCode}`;
}

/** By code, 0 to 13. */
const resetNames: readonly string[] = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];
