/** Statuses in the words of OpenTelemetry's conventions. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Outcome } from "@thrice/core";

/** Which family a call is counted with, and so how its status is written. */
export type RpcSystem = "grpc" | "connectrpc";

/**
 * The status as `rpc.response.status_code` has it: `DEADLINE_EXCEEDED` for gRPC, `deadline_exceeded` for Connect.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
 */
export function statusOf(system: RpcSystem, code: string): string {
  if (system === "connectrpc") return code;
  return code === "canceled" ? "CANCELLED" : code.toUpperCase();
}

/** The code of what a handler threw, in Connect's words. */
export function codeOf(error: unknown): string {
  const name = error instanceof ConnectError ? Code[error.code] : undefined;
  return (name ?? "Unknown").replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

/** Outcomes that are more telling than their code: the failure was not the peer's word. */
const tellingOutcomes: ReadonlySet<Outcome> = new Set<Outcome>([
  "refused",
  "connect-failed",
  "connection-lost",
  "attempt-timed-out",
  "rejected",
]);

/** `error.type` of a failure on the client: the status where the peer or the caller said it, else how it came about. */
export function errorTypeOf(outcome: Outcome, status: string): string {
  return tellingOutcomes.has(outcome) ? outcome : status;
}

/** Codes that a server counts as its own failure; the others are the caller's doing. */
const serverFaults: ReadonlySet<string> = new Set([
  "unknown",
  "deadline_exceeded",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
]);

/** Whether a server reports a call that ended with `code` as an error. */
export function isServerFault(code: string): boolean {
  return serverFaults.has(code);
}
