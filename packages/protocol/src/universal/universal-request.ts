import type { AttemptDetails, ChannelRequest } from "../channel.js";
import { formatGrpcTimeout } from "../client/grpc-timeout.js";
import { checkAttachment } from "../grpc/client-request.js";
import type { Protocol } from "./universal-context.js";

/**
 * What a request says beside what its protocol says for itself.
 *
 * @throws ConnectError with `invalid_argument` for an attachment that HTTP does not allow.
 */
export function requestHeader(
  { protocol }: { readonly protocol: Protocol },
  { header, group, version }: ChannelRequest,
  { timeoutMs, previousAttempts }: AttemptDetails,
): Headers {
  const result = new Headers(header);
  for (const name of result.keys()) checkAttachment(name);
  if (group) result.set("tri-service-group", group);
  if (version) result.set("tri-service-version", version);
  if (previousAttempts > 0) result.set("grpc-previous-rpc-attempts", String(previousAttempts));
  if (timeoutMs !== Number.POSITIVE_INFINITY) {
    if (protocol === "connect") result.set("connect-timeout-ms", formatConnectTimeout(timeoutMs));
    else result.set("grpc-timeout", formatGrpcTimeout(timeoutMs));
  }
  return result;
}

/** At most ten digits, rounded up. @see https://connectrpc.com/docs/protocol "Timeout" */
function formatConnectTimeout(timeoutMs: number): string {
  return String(Math.min(Math.ceil(timeoutMs), 9_999_999_999));
}
