import { Code } from "@connectrpc/connect";
import type { AttemptNote } from "./endpoint-source.js";

/** Whether an attempt's end counts for its endpoint, against it, or neither. */
export type EndpointVerdict = "good" | "bad" | "neutral";

/**
 * Judges an endpoint by how an attempt ended. What the caller did wrong says nothing against whoever told so; what the
 * caller took back, and what never left this side, says nothing at all.
 */
export function judgeEndpoint({
  outcome,
  code,
}: Pick<AttemptNote, "outcome" | "code">): EndpointVerdict {
  switch (outcome) {
    case "answered":
      return code !== undefined && faultsOfServers.has(code) ? "bad" : "good";
    case "refused":
    case "connect-failed":
    case "connection-lost":
    case "attempt-timed-out":
      return "bad";
    case "deadline-passed":
    case "cancelled":
    case "rejected":
      return "neutral";
  }
}

const faultsOfServers: ReadonlySet<Code> = new Set([
  Code.Unknown,
  Code.DeadlineExceeded,
  Code.ResourceExhausted,
  Code.Internal,
  Code.Unavailable,
  Code.DataLoss,
]);
