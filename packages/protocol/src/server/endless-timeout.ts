import { maxTimerMs } from "@thrice/core";

/**
 * Takes a timeout off a request if it is longer than a timer can hold, 24.8 days: Connect's own timer would fire at once.
 * Nobody waits that long, so that the request counts as unbounded. What is no timeout stays, and is refused later.
 */
export function dropEndlessTimeout(headers: Headers): void {
  const grpc = /^(\d{1,8})([HMS])$/.exec(headers.get("grpc-timeout") ?? "");
  const grpcMs = Number(grpc?.[1] ?? 0) * (unitMs.get(grpc?.[2] ?? "") ?? 0);
  if (grpcMs > maxTimerMs) headers.delete("grpc-timeout");
  const connect = /^\d{1,10}$/.exec(headers.get("connect-timeout-ms") ?? "");
  if (Number(connect?.[0] ?? 0) > maxTimerMs) headers.delete("connect-timeout-ms");
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ["H", 3_600_000],
  ["M", 60_000],
  ["S", 1_000],
]);
