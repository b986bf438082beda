import type { ConsumerFacts } from "../consumer.js";

/** Whether a value is what a rule asks for. */
export type ValuePattern = (value: string) => boolean;

/**
 * Reads one value of a condition: `*` stands for any text, `a~b` for whole numbers from a to b, one of which may be left
 * out, `$name` for what this side has under that name.
 *
 * @returns what is wrong with it, as text, if something is.
 */
export function parseValuePattern(text: string, consumer: ConsumerFacts): ValuePattern | string {
  if (text.startsWith("$")) return parseReference(text, consumer);
  if (text.includes("~")) return parseRange(text);
  if (text.includes("*")) return (value) => matchesWildcard(text, value);
  return (value) => value === text;
}

/** Matches text in which each `*` stands for any text, also none. */
export function matchesWildcard(pattern: string, value: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return value === pattern;
  const last = rest.pop() ?? "";
  if (value.length < first.length + last.length) return false;
  if (!value.startsWith(first) || !value.endsWith(last)) return false;
  const end = value.length - last.length;
  let from = first.length;
  for (const part of rest) {
    const at = value.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

function parseReference(text: string, consumer: ConsumerFacts): ValuePattern | string {
  const name = text.slice(1);
  if (name === "") return "$ needs a name behind it";
  const own = consumer(name);
  return (value) => value === own;
}

function parseRange(text: string): ValuePattern | string {
  const [, from = "", to = ""] = /^(-?\d{1,15})?~(-?\d{1,15})?$/.exec(text) ?? [];
  if (from === "" && to === "") {
    return `the range ${text} must be whole numbers, as in 1~10, 1~ or ~10`;
  }
  const min = from === "" ? Number.NEGATIVE_INFINITY : Number(from);
  const max = to === "" ? Number.POSITIVE_INFINITY : Number(to);
  if (min > max) return `the range ${text} ends before it begins`;
  return (value) => /^-?\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max;
}
