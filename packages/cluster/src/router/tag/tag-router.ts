import {
  checkBoolean,
  checkKnownOptions,
  type LiveEndpoint,
  type RoutedCall,
  show,
} from "@thrice/core";
import { type RuledRouter, SwappableRules } from "../rules/swappable-rules.js";
import { parseTagRules, type TagRule, type TagRules } from "./tag-rules.js";

type List = readonly LiveEndpoint[];

export interface TagRouterOptions {
  /** Tag of calls that bring none in the attachment `dubbo.tag`. @defaultValue none */
  readonly tag?: string | undefined;
  /** Whether a tag that no endpoint has leaves nothing, rather than the endpoints without one. @defaultValue false */
  readonly force?: boolean | undefined;
  /** Dubbo's tag rules, YAML or JSON. @defaultValue none */
  readonly rules?: string | undefined;
}

/**
 * Routes by tag, as Dubbo does. A call has the tag of its attachment `dubbo.tag`, or the option's. An endpoint has those
 * that the rules give it, and the one in its parameter `dubbo.tag`; where the rules say which endpoints a tag stands for,
 * the parameter does not count for that tag.
 *
 * A call with a tag goes to endpoints that have it; if there is none, to those without any tag, unless `force` says
 * otherwise, the attachment `dubbo.force.tag: true`, or the rules. A call without a tag goes to endpoints without one.
 *
 * @throws TypeError naming what is wrong; of rules, with line and reason.
 */
export function tagRouter(options: TagRouterOptions = {}): RuledRouter {
  checkKnownOptions("options of tagRouter", options, new Set(["tag", "force", "rules"]));
  const { tag = "", force = false, rules = "tags: []" } = options;
  if (typeof tag !== "string") throw new TypeError(`tag must be text, got ${show(tag)}`);
  return new TagRouter(tag, checkBoolean("force", force), rules);
}

/** A key is the tag, behind a sign that tells whether it is insisted on. */
class TagRouter implements RuledRouter {
  readonly name = "tag";
  readonly #tag: string;
  readonly #force: boolean;
  readonly #rules: SwappableRules<TagRules>;
  /** Of the list that was narrowed last, under the rules of then. */
  #index: TagIndex | undefined;

  constructor(tag: string, force: boolean, rules: string) {
    this.#tag = tag;
    this.#force = force;
    this.#rules = new SwappableRules("tagRouter", rules, parseTagRules);
  }

  get revision(): number {
    return this.#rules.revision;
  }

  setRules(text: string) {
    return this.#rules.set(text);
  }

  keyOf({ header }: RoutedCall): string {
    const tag = header?.get("dubbo.tag") ?? this.#tag;
    if (tag === "") return "";
    const force =
      this.#force || this.#rules.current.force || header?.get("dubbo.force.tag") === "true";
    return force ? `!${tag}` : `?${tag}`;
  }

  narrow(endpoints: List, key: string): List {
    const rules = this.#rules.current;
    if (this.#index?.endpoints !== endpoints || this.#index.rules !== rules) {
      this.#index = indexByTag(endpoints, rules);
    }
    const { byTag, untagged } = this.#index;
    if (key === "") return untagged;
    return byTag.get(key.slice(1)) ?? (key.startsWith("!") ? [] : untagged);
  }
}

interface TagIndex {
  readonly endpoints: List;
  readonly rules: TagRules;
  /** Lists that are not empty. */
  readonly byTag: ReadonlyMap<string, List>;
  readonly untagged: List;
}

function indexByTag(endpoints: List, rules: TagRules): TagIndex {
  const byTag = new Map<string, LiveEndpoint[]>();
  const untagged: LiveEndpoint[] = [];
  for (const endpoint of endpoints) {
    const tags = tagsOf(endpoint, rules);
    if (tags.size === 0) untagged.push(endpoint);
    for (const tag of tags) {
      const list = byTag.get(tag);
      if (list === undefined) byTag.set(tag, [endpoint]);
      else list.push(endpoint);
    }
  }
  return { endpoints, rules, byTag, untagged };
}

function tagsOf(endpoint: LiveEndpoint, { tags }: TagRules): ReadonlySet<string> {
  const found = new Set<string>();
  const own = paramOf(endpoint, "dubbo.tag") ?? "";
  let ownIsRuled = false;
  for (const tag of tags) {
    const isRuled = tag.addresses.size > 0 || tag.match.length > 0;
    if (isRuled && isNamed(tag, endpoint)) found.add(tag.name);
    if (isRuled && tag.name === own) ownIsRuled = true;
  }
  if (own !== "" && !ownIsRuled) found.add(own);
  return found;
}

function isNamed({ addresses, match }: TagRule, endpoint: LiveEndpoint): boolean {
  const { id, address } = endpoint;
  if (addresses.has(id)) return true;
  if (addresses.size > 0 && "port" in address) {
    const { port } = address;
    if (addresses.has(`0.0.0.0:${port}`) || addresses.has(`*:${port}`)) return true;
  }
  return match.length > 0 && match.every(({ key, fits }) => fits(paramOf(endpoint, key) ?? ""));
}

function paramOf({ address: { params } }: LiveEndpoint, name: string): string | undefined {
  return Object.hasOwn(params, name) ? params[name] : undefined;
}
