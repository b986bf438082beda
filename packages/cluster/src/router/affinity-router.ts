import { type LiveEndpoint, type Router, show } from "@thrice/core";
import { endpointFact } from "./condition/call-facts.js";
import { type Consumer, type ConsumerFacts, resolveConsumer } from "./consumer.js";
import { headFields, RuleFields, textOf } from "./rules/rule-fields.js";
import { RuleProblem } from "./rules/rule-problem.js";
import { readRuleText } from "./rules/rule-text.js";
import { type RuledRouter, SwappableRules } from "./rules/swappable-rules.js";

type List = readonly LiveEndpoint[];

interface AffinityRules {
  /** Parameter in which an endpoint has to be like this side; undefined for none. */
  readonly key: string | undefined;
  /** Share of the endpoints that have to be, 0 to 100. */
  readonly percent: number;
}

/**
 * Prefers endpoints that have the same value for a parameter as this side, as long as they are enough of all: Dubbo's
 * affinity rules, YAML or JSON, `affinityAware: { key: region, ratio: 20 }`, with the ratio in percent.
 *
 * @throws TypeError naming what is wrong; of rules, with line and reason.
 */
export function affinityRouter(rules: string, consumer: Consumer): RuledRouter {
  return new AffinityRouter(rules, resolveConsumer("consumer of affinityRouter", consumer));
}

class AffinityRouter implements RuledRouter, Router {
  readonly name = "affinity";
  readonly isPreference = true;
  readonly #consumer: ConsumerFacts;
  readonly #rules: SwappableRules<AffinityRules>;

  constructor(text: string, consumer: ConsumerFacts) {
    this.#consumer = consumer;
    this.#rules = new SwappableRules("affinityRouter", text, parseAffinityRules);
  }

  get revision(): number {
    return this.#rules.revision;
  }

  setRules(text: string) {
    return this.#rules.set(text);
  }

  keyOf(): string {
    return "";
  }

  narrow(endpoints: List): List {
    const { key, percent } = this.#rules.current;
    const own = key === undefined ? undefined : this.#consumer(key);
    if (key === undefined || own === undefined) return endpoints;
    const name = key;
    const alike = endpoints.filter(
      (endpoint) => endpointFact({ kind: "param", name }, endpoint) === own,
    );
    const isEnough = alike.length > 0 && alike.length * 100 >= percent * endpoints.length;
    return isEnough ? alike : endpoints;
  }
}

function parseAffinityRules(text: unknown): AffinityRules {
  const fields = new RuleFields(readRuleText(text), "an affinity rule", [
    ...headFields,
    "affinityAware",
  ]);
  const aware = new RuleFields(fields.need("affinityAware"), "affinityAware", ["key", "ratio"]);
  const key = textOf(aware.need("key"), "key");
  if (key === "") throw new RuleProblem(aware.need("key").line, `key must not be ${show(key)}`);
  const percent = aware.number("ratio", 0, 0, 100);
  return { key: fields.boolean("enabled", true) ? key : undefined, percent };
}
