import { inspect, types } from "node:util";
import { guarded } from "./guarded.js";

/** Longest text one value may add to a message, in UTF-16 units; the rest is counted and left out. */
export const maxValueLength = 16 * 1024;

/** How values turn into text. */
export interface ShowOptions {
  /** Shows errors with their stack, causes and fields; without it only name and message. @defaultValue false */
  stacks?: boolean | undefined;
}

/** Writes any value as text; never throws, and stays below a fixed length. Strings stand as they are. */
export function showValue(value: unknown, options: ShowOptions = {}): string {
  return limitLength(typeof value === "string" ? value : inspectValue(value, options));
}

/** Writes any value as text like `showValue`, strings in quotes. */
export function inspectValue(value: unknown, { stacks = false }: ShowOptions = {}): string {
  const failed = `<unprintable ${typeof value}>`;
  if (!isError(value)) {
    return limitLength(guarded(() => inspect(value, { ...inspectOptions, compact: true }), failed));
  }
  const brief = guarded(() => Error.prototype.toString.call(value), failed);
  return limitLength(stacks ? guarded(() => inspect(value, inspectOptions), brief) : brief);
}

/** Says whether `value` is an error, of this realm or another; never throws. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || guarded(() => value instanceof Error, false);
}

/** Lines are not broken to fit a terminal, and of a string no more is quoted than fits. */
const inspectOptions = { breakLength: Infinity, maxStringLength: maxValueLength };

function limitLength(text: string): string {
  const surplus = text.length - maxValueLength;
  return surplus > 0 ? `${text.slice(0, maxValueLength)}... ${surplus} more characters` : text;
}
