import { Code } from "@connectrpc/connect";
import type { AttemptFailure } from "@thrice/core";

/**
 * What a failure is to its call: a server whose timer was the quicker says `deadline_exceeded` for us, and it is our timeout all
 * the same.
 */
export function judgeFailure(
  failure: AttemptFailure,
  { isDeadlineOver, isTimeOver }: { isDeadlineOver: boolean; isTimeOver: boolean },
): AttemptFailure {
  const saysDeadline = failure.error.code === Code.DeadlineExceeded;
  if (!saysDeadline || failure.outcome !== "answered") return failure;
  if (isDeadlineOver) return { ...failure, outcome: "deadline-passed" };
  return isTimeOver ? { ...failure, outcome: "attempt-timed-out" } : failure;
}
