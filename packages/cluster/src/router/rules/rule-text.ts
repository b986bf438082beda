/** Reads YAML, and so JSON, into values that know their line. */
import { show } from "@thrice/core";
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { RuleProblem } from "./rule-problem.js";

/** A value in a text of rules. */
export type RuleNode = RuleScalar | RuleList | RuleMap;

interface RuleScalar {
  readonly kind: "scalar";
  readonly line: number;
  readonly value: string | number | boolean | null;
  /** As it is written, without quotes: `1.0` is not the text `1`. */
  readonly text: string;
}

interface RuleList {
  readonly kind: "list";
  readonly line: number;
  readonly items: readonly RuleNode[];
}

interface RuleMap {
  readonly kind: "map";
  readonly line: number;
  readonly fields: ReadonlyMap<string, RuleNode>;
}

/** Longest text of rules that is read, in characters. */
export const maxRuleChars = 1_048_576;

/**
 * Reads one document.
 *
 * @throws RuleProblem, also for what YAML allows and no rule needs: anchors, tags, several documents, deep nesting.
 */
export function readRuleText(text: unknown): RuleNode {
  if (typeof text !== "string") throw new RuleProblem(1, `must be text, got ${show(text)}`);
  if (text.length > maxRuleChars) {
    throw new RuleProblem(1, `may have ${maxRuleChars} characters, has ${text.length}`);
  }
  refuseDeepNesting(text);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false });
  const lineAt = (offset: number) => lines.linePos(offset).line || 1;
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new RuleProblem(lineAt(problem.pos[0]), problem.message);
  if (document.contents === null) throw new RuleProblem(1, "is empty");
  return convert(document.contents, lineAt);
}

/** Levels that rules may be nested, and columns that they may be indented: a parser must not run out of stack. */
const maxDepth = 64;

function refuseDeepNesting(text: string): void {
  const indented = /^[ \t?:-]{65}/m.exec(text);
  if (indented !== null) refuse(text, indented.index);
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "[" || char === "{") depth++;
    else if ((char === "]" || char === "}") && depth > 0) depth--;
    if (depth > maxDepth) refuse(text, at);
  }
}

function refuse(text: string, at: number): never {
  const line = text.slice(0, at).split("\n").length;
  throw new RuleProblem(line, `is nested or indented more than ${maxDepth} deep`);
}

function convert(node: ParsedNode | null, lineAt: (offset: number) => number): RuleNode {
  if (node === null) return { kind: "scalar", line: 1, value: null, text: "" };
  const line = lineAt(node.range[0]);
  if (isAlias(node) || node.anchor !== undefined) {
    throw new RuleProblem(line, "anchors and aliases are not taken");
  }
  if (node.tag !== undefined) throw new RuleProblem(line, `the tag ${node.tag} is not taken`);
  if (isMap(node))
    return { kind: "map", line, fields: convertFields(node as YAMLMap.Parsed, lineAt) };
  if (isSeq(node)) {
    return {
      kind: "list",
      line,
      items: node.items.map((item) => convert(item as ParsedNode, lineAt)),
    };
  }
  if (!isScalar(node)) throw new RuleProblem(line, "is no value");
  const { value, source } = node;
  const text = source ?? String(value ?? "");
  const isPlain = value === null || ["string", "number", "boolean"].includes(typeof value);
  return { kind: "scalar", line, value: isPlain ? (value as RuleScalar["value"]) : text, text };
}

function convertFields(
  map: YAMLMap.Parsed,
  lineAt: (offset: number) => number,
): ReadonlyMap<string, RuleNode> {
  const fields = new Map<string, RuleNode>();
  for (const { key, value } of map.items) {
    const line = lineAt(key.range[0]);
    if (!isScalar(key)) throw new RuleProblem(line, "a field's name must be text");
    const name = String(key.source ?? key.value);
    if (fields.has(name)) throw new RuleProblem(line, `${name} stands twice`);
    const empty: RuleScalar = { kind: "scalar", line, value: null, text: "" };
    fields.set(name, value === null ? empty : convert(value, lineAt));
  }
  return fields;
}
