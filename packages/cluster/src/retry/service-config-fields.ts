/** Reads the fields of a gRPC service config. What is wrong throws, and the text names path, bound and value. */
import { Code } from "@connectrpc/connect";
import { checkKnownOptions, checkWholeNumber, maxTimerMs, show } from "@thrice/core";

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Takes an object with no other names than `known`; null and undefined stand for a field that is left out.
 *
 * @throws TypeError naming path and value.
 */
export function objectAt(
  path: string,
  value: unknown,
  known: ReadonlySet<string>,
): Fields | undefined {
  if (isUnset(value)) return undefined;
  checkKnownOptions(path, value, known);
  return value as Fields;
}

/** @throws TypeError naming path and value. */
export function listAt(path: string, value: unknown): readonly unknown[] {
  if (isUnset(value)) return [];
  if (Array.isArray(value)) return value;
  throw new TypeError(`${path} must be a list, got ${show(value)}`);
}

/** @throws TypeError naming path and value. */
export function textAt(path: string, value: unknown): string {
  if (isUnset(value)) return "";
  if (typeof value === "string") return value;
  throw new TypeError(`${path} must be text, got ${show(value)}`);
}

/** @throws TypeError naming path and value. */
export function booleanAt(path: string, value: unknown): boolean | undefined {
  if (isUnset(value)) return undefined;
  if (typeof value === "boolean") return value;
  throw new TypeError(`${path} must be true or false, got ${show(value)}`);
}

/** A number above 0. @throws RangeError naming path, bound and value. */
export function positiveAt(path: string, value: unknown): number {
  if (typeof value === "number" && value > 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new RangeError(`${path} must be a number above 0, got ${show(value)}`);
}

/**
 * Attempts in all. More than five count as five, as in every gRPC client.
 *
 * @throws RangeError naming path, bound and value.
 */
export function attemptsAt(path: string, value: unknown): number {
  return Math.min(maxAttempts, checkWholeNumber(path, value, 2, Number.MAX_SAFE_INTEGER));
}

/**
 * Reads a duration, such as `"0.5s"`, as milliseconds. A time that is longer than a timer can hold counts as that.
 *
 * @throws RangeError naming path, bound and value.
 * @see https://protobuf.dev/programming-guides/json/ "Duration"
 */
export function durationAt(path: string, value: unknown, bound: "above 0s" | "from 0s"): number {
  const [, text] = /^(\d{1,12}(?:\.\d{1,9})?)s$/.exec(String(value)) ?? [];
  const ms = text === undefined || typeof value !== "string" ? Number.NaN : Number(text) * 1_000;
  if (ms > 0 || (ms === 0 && bound === "from 0s")) return Math.min(ms, maxTimerMs);
  throw new RangeError(`${path} must be a duration ${bound}, such as "0.5s", got ${show(value)}`);
}

/** Reads a list of status codes: numbers, or names in any case. @throws TypeError or RangeError naming path and value. */
export function codesAt(path: string, value: unknown): readonly Code[] {
  return listAt(path, value).map((code, index) => codeAt(`${path}[${index}]`, code));
}

/** gRPC's names, of which each stands at the place of its number. */
const names = [
  ...["OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND"],
  ...["ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"],
  ...["ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"],
  "UNAUTHENTICATED",
];

const maxAttempts = 5;

function codeAt(path: string, value: unknown): Code {
  const code = typeof value === "string" ? names.indexOf(value.toUpperCase()) : value;
  // 0 is OK, which is no failure.
  if (typeof code === "number" && code !== 0 && Code[code] !== undefined) return code;
  throw new RangeError(
    `${path} must be a status from 1 to 16 or its name, such as "UNAVAILABLE", got ${show(value)}`,
  );
}

function isUnset(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
