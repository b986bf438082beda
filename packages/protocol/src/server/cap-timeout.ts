import { formatGrpcTimeout } from "../client/grpc-timeout.js";
import { parseGrpcTimeout } from "../grpc/grpc-timeout-parse.js";

/**
 * Shortens the timeout that a request asks for to `maxTimeoutMs`, or gives it that one if it asks for none. What is no
 * timeout stays, and is refused later.
 */
export function capTimeout(headers: Headers, maxTimeoutMs: number): void {
  if (maxTimeoutMs === Number.POSITIVE_INFINITY) return;
  if (/^application\/grpc/i.test(headers.get("content-type") ?? "")) {
    const asked = headers.get("grpc-timeout");
    const askedMs = asked === null ? Number.POSITIVE_INFINITY : parseGrpcTimeout(asked);
    if (askedMs !== undefined && askedMs > maxTimeoutMs) {
      headers.set("grpc-timeout", formatGrpcTimeout(maxTimeoutMs));
    }
    return;
  }
  const asked = headers.get("connect-timeout-ms");
  if (asked !== null && !/^\d{1,10}$/.test(asked)) return;
  if (asked === null || Number(asked) > maxTimeoutMs) {
    headers.set("connect-timeout-ms", String(Math.ceil(maxTimeoutMs)));
  }
}
