/** Dubbo's tag rules: which endpoints a tag stands for, by address or by parameter. */
import { show } from "@thrice/core";
import { matchesWildcard } from "../condition/value-pattern.js";
import { headFields, RuleFields, textOf } from "../rules/rule-fields.js";
import { RuleProblem } from "../rules/rule-problem.js";
import { type RuleNode, readRuleText } from "../rules/rule-text.js";

export interface TagRules {
  readonly force: boolean;
  readonly tags: readonly TagRule[];
}

export interface TagRule {
  readonly name: string;
  /** `host:port` each; those of the form `0.0.0.0:port` and `*:port` stand for any host. */
  readonly addresses: ReadonlySet<string>;
  /** Tests of parameters, all of which have to hold; none names no endpoint. */
  readonly match: readonly ParamTest[];
}

export interface ParamTest {
  readonly key: string;
  fits(value: string): boolean;
}

/** @throws RuleProblem */
export function parseTagRules(text: unknown): TagRules {
  const fields = new RuleFields(readRuleText(text), "a tag rule", [...headFields, "tags"]);
  const tags = fields.list("tags").map(parseTag);
  const names = new Set<string>();
  for (const [at, { name }] of tags.entries()) {
    const line = fields.list("tags")[at]?.line ?? fields.line;
    if (names.has(name)) throw new RuleProblem(line, `the tag ${show(name)} stands twice`);
    names.add(name);
  }
  const force = fields.boolean("force", false);
  return fields.boolean("enabled", true) ? { force, tags } : { force: false, tags: [] };
}

function parseTag(node: RuleNode): TagRule {
  const fields = new RuleFields(node, "a tag", ["name", "addresses", "match"]);
  const name = textOf(fields.need("name"), "name");
  if (name === "") throw new RuleProblem(fields.need("name").line, "name must not be empty");
  return {
    name,
    addresses: new Set(fields.list("addresses").map(parseAddress)),
    match: fields.list("match").map(parseTest),
  };
}

function parseAddress(node: RuleNode): string {
  const written = textOf(node, "an address");
  const address = written.startsWith("unix:") ? written : written.toLowerCase();
  if (/^(?:unix:.+|\[[0-9a-f:.]+\]:\d+|[^\s:/[\]]+:\d+)$/.test(address)) return address;
  throw new RuleProblem(node.line, `an address must be host:port, got ${show(address)}`);
}

function parseTest(node: RuleNode): ParamTest {
  const fields = new RuleFields(node, "match", ["key", "value"]);
  const key = textOf(fields.need("key"), "key");
  const value = fields.need("value");
  const known = ["exact", "prefix", "regex", "wildcard", "noempty", "empty"];
  const test = new RuleFields(value, "value", known);
  const given = known.filter((name) => test.has(name));
  if (given.length !== 1) {
    throw new RuleProblem(value.line, `value needs one of ${known.join(", ")}`);
  }
  const [how = ""] = given;
  const text = textOf(test.need(how), how);
  return { key, fits: testFor(how, text, test.need(how).line) };
}

function testFor(how: string, text: string, line: number): (value: string) => boolean {
  switch (how) {
    case "exact":
      return (value) => value === text;
    case "prefix":
      return (value) => value.startsWith(text);
    case "wildcard":
      return (value) => matchesWildcard(text, value);
    case "noempty":
      return (value) => value !== "";
    case "empty":
      return (value) => value === "";
    default:
      return regexTest(text, line);
  }
}

function regexTest(text: string, line: number): (value: string) => boolean {
  try {
    const regex = new RegExp(`^(?:${text})$`, "u");
    return (value) => regex.test(value);
  } catch (cause) {
    throw new RuleProblem(line, `regex ${show(text)} is none: ${(cause as Error).message}`);
  }
}
