/** What bounds a client's retries and calls, made of its options. */
import { type Clock, checkShape } from "@thrice/core";
import { type Budget, unlimitedBudget } from "./budget.js";
import { RetryBudget, type RetryBudgetOptions } from "./retry-budget.js";
import { ClientThrottle, type Throttle, type ThrottleOptions } from "./throttle.js";

/**
 * Makes the budget that a client's `retryBudget` stands for: the default one if it is unset, none for `false`, and one that was
 * made already is taken as it is.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function resolveRetryBudget(
  value: RetryBudgetOptions | Budget | false | undefined,
  clock: Clock,
): Budget {
  if (value === undefined) return new RetryBudget({}, clock);
  if (value === false) return unlimitedBudget;
  if (!isBudget(value)) return new RetryBudget(value, clock);
  return checkShape("retryBudget", value, "a budget", ["hasBudget", "take", "noteSuccess"]);
}

/**
 * Makes what a client's `throttle` stands for: the default one if it is unset, none for `false`.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function resolveThrottle(value: ThrottleOptions | false | undefined): Throttle | undefined {
  return value === false ? undefined : new ClientThrottle(value);
}

function isBudget(value: RetryBudgetOptions | Budget): value is Budget {
  return typeof value === "object" && value !== null && "take" in value;
}
