import { ConnectError } from "@connectrpc/connect";
import { type AttemptRecord, BusinessError, type FailedAttempt } from "@thrice/core";

/**
 * Adds to a failure's text which endpoints were tried, and how often. What a peer answered is its own
 * word and stays as it is.
 */
export function describeFailure(
  failure: FailedAttempt,
  attempts: readonly AttemptRecord[],
): FailedAttempt {
  if (failure.outcome === "answered" || attempts.length === 0) return failure;
  return withText(failure, `${failure.error.rawMessage} (${describeAttempts(attempts)})`);
}

/** Adds that there would have been another attempt, had the budget not been spent. */
export function noteBudget(failure: FailedAttempt): FailedAttempt {
  const text = `${failure.error.rawMessage} (not retried: the retry budget is spent; see retryBudget)`;
  return { ...withText(failure, text), wasCutShort: true };
}

function withText(failure: FailedAttempt, text: string): FailedAttempt {
  const { code, metadata, cause, details } = failure.error;
  const error = BusinessError.is(failure.error)
    ? new BusinessError(text, metadata, cause)
    : new ConnectError(text, code, metadata, undefined, cause);
  error.details = details;
  return { ...failure, error };
}

/** Renders, for example, `3 attempts: 10.0.0.1:50051 twice, 10.0.0.2:50051 once`. */
export function describeAttempts(attempts: readonly AttemptRecord[]): string {
  const counts = new Map<string, number>();
  for (const { endpoint } of attempts) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
  const each = [...counts].map(([endpoint, count]) => `${endpoint} ${times(count)}`);
  const shown = each.slice(0, maxEndpointsShown).join(", ");
  const more =
    each.length > maxEndpointsShown ? ` and ${each.length - maxEndpointsShown} more` : "";
  return `${attempts.length} ${attempts.length === 1 ? "attempt" : "attempts"}: ${shown}${more}`;
}

/** Keeps a message on one screen line or two. */
const maxEndpointsShown = 10;

function times(count: number): string {
  if (count === 1) return "once";
  return count === 2 ? "twice" : `${count} times`;
}
