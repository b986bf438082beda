import { show } from "@thrice/core";

/** @throws TypeError unless `value` is a function. */
export function checkFunction<T>(field: string, value: T): T {
  if (typeof value === "function") return value;
  throw new TypeError(`${field} must be a function, got ${show(value)}`);
}
