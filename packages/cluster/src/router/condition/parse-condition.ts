import { show } from "@thrice/core";
import type { ConsumerFacts } from "../consumer.js";
import { type ConditionKey, parseConditionKey } from "./condition-key.js";
import { parseValuePattern, type ValuePattern } from "./value-pattern.js";

/** Pairs that all have to hold; none holds always. */
export type Condition = readonly ConditionPair[];

/** A key and its values: it holds if the key has a value that is none of `unwanted` and, if any are, one of `wanted`. */
export interface ConditionPair {
  readonly key: ConditionKey;
  readonly wanted: readonly ValuePattern[];
  readonly unwanted: readonly ValuePattern[];
}

/** Why a condition cannot be read. */
export class ConditionProblem extends Error {}

/**
 * Reads `key = a,b & other != c`: pairs joined by `&`, which binds least; in each one key, then `=` or `!=` with values
 * joined by `,`, once or more.
 *
 * @throws ConditionProblem
 */
export function parseCondition(
  text: string,
  side: "from" | "to",
  consumer: ConsumerFacts,
): Condition {
  if (text.trim() === "") return [];
  const tokens = new Tokens(text);
  const pairs = [parsePair(tokens, side, consumer)];
  while (tokens.take("&")) pairs.push(parsePair(tokens, side, consumer));
  if (!tokens.isAtEnd) throw tokens.problem("& or the end");
  return pairs;
}

/**
 * Whether all pairs hold. `valuesOf` says what a key stands for; nothing, and the pair does not hold.
 *
 * Hot path: asked for each attempt of a call. Nothing is made.
 */
export function holds<Subject>(
  condition: Condition,
  subject: Subject,
  valuesOf: (key: ConditionKey, subject: Subject) => string | readonly string[] | undefined,
): boolean {
  for (const { key, wanted, unwanted } of condition) {
    const values = valuesOf(key, subject);
    if (values === undefined || isOneOf(unwanted, values)) return false;
    if (wanted.length > 0 && !isOneOf(wanted, values)) return false;
  }
  return true;
}

function isOneOf(patterns: readonly ValuePattern[], values: string | readonly string[]): boolean {
  for (const pattern of patterns) {
    if (typeof values === "string") {
      if (pattern(values)) return true;
      continue;
    }
    for (const value of values) if (pattern(value)) return true;
  }
  return false;
}

function parsePair(tokens: Tokens, side: "from" | "to", consumer: ConsumerFacts): ConditionPair {
  const key = parseConditionKey(tokens.word("a key"), side);
  if (typeof key === "string") throw new ConditionProblem(key);
  const wanted: ValuePattern[] = [];
  const unwanted: ValuePattern[] = [];
  do {
    const values = tokens.take("=") ? wanted : tokens.take("!=") ? unwanted : undefined;
    if (values === undefined) throw tokens.problem("= or !=");
    do values.push(parseValue(tokens, consumer));
    while (tokens.take(","));
  } while (tokens.isAt("=") || tokens.isAt("!="));
  return { key, wanted, unwanted };
}

function parseValue(tokens: Tokens, consumer: ConsumerFacts): ValuePattern {
  const pattern = parseValuePattern(tokens.word("a value"), consumer);
  if (typeof pattern === "string") throw new ConditionProblem(pattern);
  return pattern;
}

/** Words and signs of a condition, one after the other. */
class Tokens {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/!=|[&=,!]|[^&=,!\s]+/g) ?? [];
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  isAt(sign: string): boolean {
    return this.#tokens[this.#at] === sign;
  }

  /** Steps over `sign`, if it comes next. */
  take(sign: string): boolean {
    const isNext = this.isAt(sign);
    if (isNext) this.#at++;
    return isNext;
  }

  word(wanted: string): string {
    const token = this.#tokens[this.#at];
    if (token === undefined || /^(?:!=|[&=,!])$/.test(token)) throw this.problem(wanted);
    this.#at++;
    return token;
  }

  problem(wanted: string): ConditionProblem {
    const token = this.#tokens[this.#at];
    const before = this.#tokens.slice(0, this.#at).join(" ");
    const got = token === undefined ? "the end" : show(token);
    const where = before === "" ? "at the beginning" : `after ${show(before)}`;
    return new ConditionProblem(`${wanted} is needed ${where}, got ${got}`);
  }
}
