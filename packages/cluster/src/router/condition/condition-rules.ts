/** Dubbo's condition rules, in both of their forms. */
import type { ConsumerFacts } from "../consumer.js";
import { headFields, RuleFields, textOf } from "../rules/rule-fields.js";
import { RuleProblem } from "../rules/rule-problem.js";
import { type RuleNode, readRuleText } from "../rules/rule-text.js";
import { type Condition, ConditionProblem, parseCondition } from "./parse-condition.js";

/** Rules of either form. */
export type ConditionRules = ChainedRules | WeightedRules;

/** Version 3.0: each rule that fits the call narrows what the one before it left. */
export interface ChainedRules {
  readonly form: "chained";
  /** Whether a rule may leave nothing; if not, one that would is passed over. */
  readonly force: boolean;
  readonly rules: readonly ChainedRule[];
}

export interface ChainedRule {
  readonly when: Condition;
  /** Undefined blocks the call. */
  readonly to: Condition | undefined;
}

/** Version 3.1: the first rule that fits the call and leaves something decides. */
export interface WeightedRules {
  readonly form: "weighted";
  /** Those that disable traffic, then the others by priority. */
  readonly rules: readonly WeightedRule[];
}

export interface WeightedRule {
  readonly from: Condition;
  /** Empty blocks the call. */
  readonly to: readonly Destination[];
  /** Of the destinations. */
  readonly weights: readonly number[];
  readonly force: boolean;
}

export interface Destination {
  readonly match: Condition;
  /** Share of the calls, relative to the other destinations of the rule. */
  readonly weight: number;
}

/** Most rules of one text. */
const maxRules = 1_000;

/** @throws RuleProblem */
export function parseConditionRules(text: unknown, consumer: ConsumerFacts): ConditionRules {
  const fields = new RuleFields(readRuleText(text), "a condition rule", [
    ...headFields,
    "conditions",
  ]);
  const list = fields.need("conditions");
  const conditions = fields.list("conditions");
  if (conditions.length > maxRules) {
    throw new RuleProblem(list.line, `conditions may be ${maxRules}, are ${conditions.length}`);
  }
  const isWeighted = isVersion31(fields, conditions);
  const force = fields.boolean("force", false);
  const isOn = fields.boolean("enabled", true);
  if (!isWeighted) {
    const rules = conditions.map((node) => parseChained(node, consumer));
    return { form: "chained", force, rules: isOn ? rules : [] };
  }
  const rules = conditions.map((node) => parseWeighted(node, force, consumer));
  return { form: "weighted", rules: isOn ? inOrder(rules) : [] };
}

/** Without a version, the form of the first condition tells. */
function isVersion31(fields: RuleFields, [first]: readonly RuleNode[]): boolean {
  const version = fields.text("configVersion");
  if (version === undefined) return first?.kind === "map";
  if (/^v?3\.0$/i.test(version)) return false;
  if (/^v?3\.1$/i.test(version)) return true;
  const { line } = fields.need("configVersion");
  throw new RuleProblem(line, `configVersion must be v3.0 or v3.1, got ${version}`);
}

function parseChained(node: RuleNode, consumer: ConsumerFacts): ChainedRule {
  const rule = textOf(node, "a condition of v3.0");
  const [when = "", then, ...more] = rule.split("=>");
  if (then === undefined) throw new RuleProblem(node.line, `=> is missing in ${rule}`);
  if (more.length > 0) throw new RuleProblem(node.line, `=> stands more than once in ${rule}`);
  const isBlock = ["", "false"].includes(then.trim());
  return {
    when: when.trim() === "true" ? [] : readCondition(node.line, when, "from", consumer),
    to: isBlock ? undefined : readThen(node.line, then, consumer),
  };
}

function readThen(line: number, then: string, consumer: ConsumerFacts): Condition {
  return then.trim() === "true" ? [] : readCondition(line, then, "to", consumer);
}

interface RankedRule extends WeightedRule {
  readonly priority: number;
}

function parseWeighted(node: RuleNode, force: boolean, consumer: ConsumerFacts): RankedRule {
  const known = ["from", "to", "priority", "force", "trafficDisable", "disable"];
  const fields = new RuleFields(node, "a condition of v3.1", known);
  const from = fields.get("from");
  const isDisabled = fields.boolean("trafficDisable", fields.boolean("disable", false));
  const to = fields.list("to").map((one) => parseDestination(one, consumer));
  if (to.length > 0 && to.every(({ weight }) => weight === 0)) {
    throw new RuleProblem(fields.need("to").line, "the weights of to add up to 0");
  }
  return {
    from: from === undefined ? [] : parseMatch(from, "from", consumer),
    to: isDisabled ? [] : to,
    weights: to.map(({ weight }) => weight),
    force: fields.boolean("force", force),
    priority: fields.number("priority", 0, -1_000_000, 1_000_000),
  };
}

function parseMatch(node: RuleNode, side: "from" | "to", consumer: ConsumerFacts): Condition {
  return matchIn(new RuleFields(node, side, ["match"]), side, consumer);
}

function parseDestination(node: RuleNode, consumer: ConsumerFacts): Destination {
  const fields = new RuleFields(node, "to", ["match", "weight"]);
  return {
    match: matchIn(fields, "to", consumer),
    weight: fields.number("weight", 100, 0, 1_000_000),
  };
}

function matchIn(fields: RuleFields, side: "from" | "to", consumer: ConsumerFacts): Condition {
  const text = fields.text("match");
  if (text === undefined) return [];
  return readCondition(fields.need("match").line, text, side, consumer);
}

function inOrder(rules: readonly RankedRule[]): readonly WeightedRule[] {
  const rank = ({ to, priority }: RankedRule) =>
    to.length === 0 ? Number.POSITIVE_INFINITY : priority;
  return [...rules].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
}

function readCondition(
  line: number,
  text: string,
  side: "from" | "to",
  consumer: ConsumerFacts,
): Condition {
  try {
    return parseCondition(text, side, consumer);
  } catch (problem) {
    if (problem instanceof ConditionProblem) throw new RuleProblem(line, problem.message);
    throw problem;
  }
}
