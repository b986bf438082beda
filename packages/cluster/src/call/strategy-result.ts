/** What a strategy, which may be a user's, makes of a call. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Answer, AttemptResult, ClusterStrategy, FailedAttempt } from "@thrice/core";
import { describeThrown } from "../describe-thrown.js";
import { PickError } from "./checked-pick.js";

/** Whether `value` is what `call.attempt` gives. */
export function isResult(value: unknown): value is AttemptResult {
  if (typeof value !== "object" || value === null) return false;
  const { ok, answer, error } = value as Partial<Record<"ok" | "answer" | "error", unknown>>;
  return ok === true ? isAnswer(answer) : error instanceof ConnectError;
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== "object" || value === null) return false;
  const { kind, message, messages } = value as Partial<
    Record<"kind" | "message" | "messages", unknown>
  >;
  return typeof (kind === "stream" ? messages : message) === "object";
}

/** The end of a call whose strategy returned something else. */
export function strategyFailure({ name }: ClusterStrategy): FailedAttempt {
  return failed(`cluster strategy ${name} returned no result of an attempt`);
}

/** The end of a call whose strategy threw `cause`; that of its load balancer is not the strategy's fault. */
export function strategyThrew({ name }: ClusterStrategy, cause: unknown): FailedAttempt {
  if (cause instanceof PickError) return failed(cause.message, cause.cause);
  return failed(`cluster strategy ${name} threw: ${describeThrown(cause)}`, cause);
}

function failed(text: string, cause?: unknown): FailedAttempt {
  const error = new ConnectError(text, Code.Internal, undefined, undefined, cause);
  return { ok: false, endpoint: undefined, outcome: "rejected", error };
}
