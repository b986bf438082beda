import { show } from "@thrice/core";
import { RuleProblem } from "./rule-problem.js";
import type { RuleNode } from "./rule-text.js";

/** The fields of one map of a text of rules, asked for by name and kind. A wrong one throws `RuleProblem`. */
export class RuleFields {
  readonly line: number;
  readonly #what: string;
  readonly #fields: ReadonlyMap<string, RuleNode>;

  /** Names the map as `what`; takes only the fields in `known`. A field without a value counts as not there. */
  constructor(node: RuleNode, what: string, known: readonly string[]) {
    if (node.kind !== "map") throw new RuleProblem(node.line, `${what} must have fields`);
    this.line = node.line;
    this.#what = what;
    this.#fields = node.fields;
    for (const [name, field] of node.fields) {
      if (known.includes(name)) continue;
      const names = known.join(", ");
      throw new RuleProblem(field.line, `${what} has no field ${show(name)}; known: ${names}`);
    }
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): RuleNode | undefined {
    const field = this.#fields.get(name);
    return field?.kind === "scalar" && field.value === null ? undefined : field;
  }

  /** @throws RuleProblem if there is none. */
  need(name: string): RuleNode {
    const field = this.get(name);
    if (field !== undefined) return field;
    throw new RuleProblem(this.#fields.get(name)?.line ?? this.line, `${this.#what} needs ${name}`);
  }

  text(name: string): string | undefined {
    const field = this.get(name);
    return field === undefined ? undefined : textOf(field, name);
  }

  boolean(name: string, byDefault: boolean): boolean {
    const field = this.get(name);
    if (field === undefined) return byDefault;
    if (field.kind === "scalar" && typeof field.value === "boolean") return field.value;
    throw new RuleProblem(field.line, `${name} must be true or false, got ${showNode(field)}`);
  }

  number(name: string, byDefault: number, min: number, max: number): number {
    const field = this.get(name);
    if (field === undefined) return byDefault;
    const value = field.kind === "scalar" ? field.value : undefined;
    if (typeof value === "number" && value >= min && value <= max) return value;
    const got = showNode(field);
    throw new RuleProblem(field.line, `${name} must be a number from ${min} to ${max}, got ${got}`);
  }

  /** The items of a list; none if it is not there. */
  list(name: string): readonly RuleNode[] {
    const field = this.get(name);
    if (field === undefined) return [];
    if (field.kind === "list") return field.items;
    throw new RuleProblem(field.line, `${name} must be a list, got ${showNode(field)}`);
  }
}

/** A scalar as text, as it is written. */
export function textOf(node: RuleNode, what: string): string {
  if (node.kind === "scalar" && node.value !== null) return node.text;
  throw new RuleProblem(node.line, `${what} must be text, got ${showNode(node)}`);
}

/** Fields that Dubbo's rules begin with and that say nothing to a router that its user made for one client. */
export const headFields = [
  "configVersion",
  "enabled",
  "force",
  "key",
  "priority",
  "runtime",
  "scope",
] as const;

function showNode(node: RuleNode): string {
  if (node.kind === "scalar") return node.value === null ? "nothing" : show(node.value);
  return node.kind === "list" ? "a list" : "fields";
}
