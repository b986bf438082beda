import { describeThrown } from "../../describe-thrown.js";

/** Whether rules were taken; if not, what is wrong with them, and the rules before stay. */
export type RulesResult = { readonly ok: true } | BadRules;

/** What is wrong with a text of rules. */
export interface BadRules {
  readonly ok: false;
  /** Line of the text, 1 for the first. */
  readonly line: number;
  readonly reason: string;
}

/** Carries a problem from where it is found to where the text is taken; never leaves this package. */
export class RuleProblem extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/** Runs a parser that throws `RuleProblem`; whatever it throws is a result. */
export function parseSafely<T>(
  parse: () => T,
): { readonly ok: true; readonly rules: T } | BadRules {
  try {
    return { ok: true, rules: parse() };
  } catch (thrown) {
    if (thrown instanceof RuleProblem) {
      return { ok: false, line: thrown.line, reason: thrown.message };
    }
    return { ok: false, line: 1, reason: `cannot be read: ${describeThrown(thrown)}` };
  }
}
