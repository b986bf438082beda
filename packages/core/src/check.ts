/**
 * Checks of settings, shared by every package. A wrong setting throws at construction, and the
 * text names the field, the bound and the value.
 */
import { inspect } from "node:util";
import type { Logger } from "./logger/logger.js";

/** @throws RangeError unless `value` is a whole number from `min` to `max`. */
export function checkWholeNumber(field: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new RangeError(`${field} must be a whole number from ${min} to ${max}, got ${show(value)}`);
}

/** @throws RangeError unless `value` is a finite number from `min` to `max`. */
export function checkNumber(field: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw new RangeError(`${field} must be a number from ${min} to ${max}, got ${show(value)}`);
}

/** @throws TypeError unless `value` is a boolean. */
export function checkBoolean(field: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new TypeError(`${field} must be true or false, got ${show(value)}`);
}

/** @throws TypeError unless `value` is a function. */
export function checkFunction<T>(field: string, value: T): T {
  if (typeof value === "function") return value;
  throw new TypeError(`${field} must be a function, got ${show(value)}`);
}

/** @throws TypeError unless `value` is one of `allowed`. */
export function checkOneOf<const T>(field: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const choices = allowed.map((choice) => show(choice)).join(", ");
  throw new TypeError(`${field} must be one of ${choices}, got ${show(value)}`);
}

/** @throws TypeError unless `value` has all log methods of `Logger`. */
export function checkLogger(field: string, value: unknown): Logger {
  const hint = "; use consoleLogger(), pinoLogger(pino()) or createLogger()";
  return checkShape<Logger>(field, value, "a logger", Object.keys(logMethods), hint);
}

/** @throws TypeError, ending in `hint`, unless `value` is an object that has each of `methods` as a function. */
export function checkShape<T>(
  field: string,
  value: unknown,
  what: string,
  methods: readonly string[],
  hint = "",
): T {
  if (typeof value === "object" && value !== null) {
    const record = value as Record<string, unknown>;
    if (methods.every((name) => typeof record[name] === "function")) return value as T;
  }
  const needs = methods.map((name) => `${name}()`).join(", ");
  const wanted = needs === "" ? what : `${what} with ${needs}`;
  throw new TypeError(`${field} must be ${wanted}, got ${show(value)}${hint}`);
}

/** @throws TypeError unless `value` is a plain set of options whose names are all in `known`. */
export function checkKnownOptions(field: string, value: unknown, known: ReadonlySet<string>): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${field} must be an object, got ${show(value)}`);
  }
  for (const name of Object.keys(value)) {
    if (known.has(name)) continue;
    throw new TypeError(`${field}: unknown option ${show(name)}; ${suggest(name, known)}`);
  }
}

/** Renders a rejected value on one short line. */
export function show(value: unknown): string {
  const inspected = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  const text = inspected.replace(/\s*\n\s*/g, " ");
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** A record, so that the compiler misses a method that is not listed. */
const logMethods: Record<Exclude<keyof Logger, "level">, true> = {
  debug: true,
  info: true,
  warn: true,
  error: true,
  debugf: true,
  infof: true,
  warnf: true,
  errorf: true,
};

function suggest(name: string, known: ReadonlySet<string>): string {
  const find = (isClose: (left: string, right: string) => boolean) =>
    [...known].find((candidate) => isClose(name.toLowerCase(), candidate.toLowerCase()));
  const close = find(differByOne) ?? find(oneBeginsTheOther);
  if (close !== undefined) return `did you mean ${show(close)}?`;
  return `known: ${[...known].sort().join(", ")}`;
}

/** Whether one letter was added, left out, changed, or swapped with its neighbour. */
function differByOne(left: string, right: string): boolean {
  let start = 0;
  while (start < left.length && left[start] === right[start]) start++;
  let end = 0;
  const room = Math.min(left.length, right.length) - start;
  while (end < room && left.at(-1 - end) === right.at(-1 - end)) end++;
  const restLeft = left.slice(start, left.length - end);
  const restRight = right.slice(start, right.length - end);
  if (restLeft.length <= 1 && restRight.length <= 1) return true;
  return restLeft.length === 2 && restLeft === [...restRight].reverse().join("");
}

/** Whether one is the other with something behind it, such as a unit. Two letters begin too many names. */
function oneBeginsTheOther(left: string, right: string): boolean {
  return (
    Math.min(left.length, right.length) > 2 && (left.startsWith(right) || right.startsWith(left))
  );
}
