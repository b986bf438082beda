import type { Router } from "@thrice/core";
import { type BadRules, parseSafely, type RulesResult } from "./rule-problem.js";

/** A router whose rules are text that can be replaced while calls run. */
export interface RuledRouter extends Router {
  /**
   * Takes other rules for the calls to come. Does not throw: text that is wrong is refused with its line and the reason,
   * and the rules before stay.
   */
  setRules(text: string): RulesResult;
}

/** The rules of a router in force, and how often they were replaced. */
export class SwappableRules<Rules> {
  readonly #parse: (text: unknown) => Rules;
  #current: Rules;
  #revision = 0;

  /** @throws TypeError naming `what`, the line and the reason, if the first text is wrong. */
  constructor(what: string, text: unknown, parse: (text: unknown) => Rules) {
    this.#parse = parse;
    const parsed = parseSafely(() => parse(text));
    if (!parsed.ok) throw wrongRules(what, parsed);
    this.#current = parsed.rules;
  }

  get current(): Rules {
    return this.#current;
  }

  get revision(): number {
    return this.#revision;
  }

  set(text: unknown): RulesResult {
    const parsed = parseSafely(() => this.#parse(text));
    if (!parsed.ok) return parsed;
    this.#current = parsed.rules;
    this.#revision++;
    return { ok: true };
  }
}

function wrongRules(what: string, { line, reason }: BadRules): TypeError {
  return new TypeError(`rules of ${what}, line ${line}: ${reason}`);
}
