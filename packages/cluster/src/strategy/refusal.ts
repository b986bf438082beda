import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { ClusterCall, FailedAttempt } from "@thrice/core";

/** The end of a call that a strategy concludes by itself. */
export function refusal(text: string, code = Code.Unavailable): FailedAttempt {
  const error = new ConnectError(text, code);
  return { ok: false, endpoint: undefined, outcome: "rejected", error };
}

/** The end of a call whose answers are too many for the strategy, or undefined if it has one. */
export function refuseStream(
  strategyName: string,
  { method }: ClusterCall,
): FailedAttempt | undefined {
  if (!answersWithMany(method)) return undefined;
  const call = `${method.parent.typeName}/${method.name}`;
  const text = `cluster strategy ${strategyName} serves calls with one answer; ${call} answers with a stream`;
  return refusal(text, Code.Unimplemented);
}

/** Whether the method answers with a stream. */
export function answersWithMany({ methodKind }: DescMethod): boolean {
  return methodKind === "server_streaming" || methodKind === "bidi_streaming";
}
