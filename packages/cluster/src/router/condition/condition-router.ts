import type { LiveEndpoint, RoutedCall } from "@thrice/core";
import { type Consumer, type ConsumerFacts, resolveConsumer } from "../consumer.js";
import { drawFor, drawIndex } from "../draw.js";
import { type RuledRouter, SwappableRules } from "../rules/swappable-rules.js";
import { callFact, endpointFact } from "./call-facts.js";
import type { ConditionKey } from "./condition-key.js";
import {
  type ChainedRules,
  type ConditionRules,
  parseConditionRules,
  type WeightedRule,
  type WeightedRules,
} from "./condition-rules.js";
import { type Condition, holds } from "./parse-condition.js";

type List = readonly LiveEndpoint[];

/**
 * Routes by Dubbo's condition rules, YAML or JSON: `when => then` (v3.0), or from, to and weights (v3.1). `consumer` is what
 * `host`, `application`, other parameters and `$name` stand for on this side.
 *
 * @throws TypeError naming line and reason, if the rules are wrong.
 */
export function conditionRouter(rules: string, consumer: Consumer = {}): RuledRouter {
  const facts = resolveConsumer("consumer of conditionRouter", consumer);
  return new ConditionRouter(rules, facts);
}

/** A key lists the rules that fit the call, each as one character, and for weights where the draw leads to. */
class ConditionRouter implements RuledRouter {
  readonly name = "condition";
  readonly #factOf: (key: ConditionKey, call: RoutedCall) => ReturnType<typeof callFact>;
  readonly #rules: SwappableRules<ConditionRules>;

  constructor(text: string, consumer: ConsumerFacts) {
    this.#factOf = (key, call) => callFact(key, call, consumer);
    this.#rules = new SwappableRules("conditionRouter", text, (one) =>
      parseConditionRules(one, consumer),
    );
  }

  get revision(): number {
    return this.#rules.revision;
  }

  setRules(text: string) {
    return this.#rules.set(text);
  }

  keyOf(call: RoutedCall): string {
    const rules = this.#rules.current;
    return rules.form === "chained"
      ? this.#chainedKey(rules, call)
      : this.#weightedKey(rules, call);
  }

  narrow(endpoints: List, key: string): List {
    const rules = this.#rules.current;
    if (rules.form === "chained") return narrowChained(endpoints, rules, key);
    return narrowWeighted(endpoints, rules, key);
  }

  #chainedKey({ rules }: ChainedRules, call: RoutedCall): string {
    let key = "";
    for (let at = 0; at < rules.length; at++) {
      if (this.#fits((rules[at] as ChainedRules["rules"][number]).when, call)) key += sign(at);
    }
    return key;
  }

  #weightedKey({ rules }: WeightedRules, call: RoutedCall): string {
    let key = "";
    for (let at = 0; at < rules.length; at++) {
      const rule = rules[at] as WeightedRule;
      if (!this.#fits(rule.from, call)) continue;
      key += sign(at) + sign(drawDestination(rule, at, call));
      if (rule.force || rule.to.length === 0) break; // it decides, whatever it leaves
    }
    return key;
  }

  #fits(when: Condition, call: RoutedCall): boolean {
    return when.length === 0 || holds(when, call, this.#factOf);
  }
}

function sign(index: number): string {
  return String.fromCharCode(index);
}

function drawDestination({ to, weights }: WeightedRule, at: number, call: RoutedCall): number {
  if (to.length < 2) return 0;
  return drawIndex(weights, drawFor(call, 7_919 + 2 * at));
}

function narrowChained(endpoints: List, { rules, force }: ChainedRules, key: string): List {
  let left = endpoints;
  for (const index of key) {
    const { to } = rules[index.charCodeAt(0)] ?? {};
    if (to === undefined) return [];
    const fitting = select(left, to);
    if (fitting.length > 0 || force) left = fitting;
  }
  return left;
}

function narrowWeighted(endpoints: List, { rules }: WeightedRules, key: string): List {
  for (let at = 0; at < key.length; at += 2) {
    const rule = rules[key.charCodeAt(at)];
    if (rule === undefined || rule.to.length === 0) return [];
    const left = selectDestination(endpoints, rule, key.charCodeAt(at + 1));
    if (left.length > 0 || rule.force) return left;
  }
  return endpoints;
}

/** The destination that was drawn; if it has no endpoint, the heaviest that has one takes its share. */
function selectDestination(endpoints: List, { to }: WeightedRule, drawn: number): List {
  const others = to.toSorted((a, b) => b.weight - a.weight).filter(({ weight }) => weight > 0);
  for (const destination of [to[drawn], ...others]) {
    const left = destination === undefined ? [] : select(endpoints, destination.match);
    if (left.length > 0) return left;
  }
  return [];
}

function select(endpoints: List, condition: Condition): List {
  return endpoints.filter((endpoint) => holds(condition, endpoint, endpointFact));
}
