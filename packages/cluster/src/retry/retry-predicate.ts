import { Code } from "@connectrpc/connect";
import {
  BusinessError,
  type FailedAttempt,
  type RetryOn,
  type RetryPredicate,
  show,
} from "@thrice/core";
import { describeThrown } from "../describe-thrown.js";

/** Statuses that another attempt may well mend. The others are the caller's fault, or final. */
const retryableCodes: readonly Code[] = [
  Code.Unavailable,
  Code.Unknown,
  Code.Internal,
  Code.Aborted,
  Code.ResourceExhausted,
];

/** Judges failures when the user sets no `retryOn`. */
export const retryByDefault: RetryPredicate = (failure) =>
  failure.outcome === "answered" || failure.isRepeatable === true
    ? hasCode(failure, retryableCodes)
    : true;

/** Turns the option `retryOn` into a function. A list of codes never covers a provider's business error. */
export function createRetryPredicate(retryOn: RetryOn): RetryPredicate {
  return typeof retryOn === "function"
    ? (failure) => judge(retryOn, failure)
    : (failure) => hasCode(failure, retryOn);
}

function judge(retryOn: RetryPredicate, failure: FailedAttempt): boolean {
  const judgement = callRetryOn(retryOn, failure);
  if (typeof judgement === "boolean") return judgement;
  throw new TypeError(`retryOn must return true or false, got ${show(judgement)}`);
}

function callRetryOn(retryOn: RetryPredicate, failure: FailedAttempt): unknown {
  try {
    return retryOn(failure);
  } catch (cause) {
    throw new Error(`retryOn threw: ${describeThrown(cause)}`, { cause });
  }
}

function hasCode({ error }: FailedAttempt, codes: readonly Code[]): boolean {
  return codes.includes(error.code) && !BusinessError.is(error);
}
