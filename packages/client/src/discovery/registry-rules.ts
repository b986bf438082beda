/**
 * The rules of routing that registries keep for one service, as routers before those of the client. A client without rules
 * and without tagged endpoints has no router for it.
 */
import {
  type Consumer,
  conditionRouter,
  RouterChain,
  type RuledRouter,
  tagRouter,
} from "@thrice/cluster";
import {
  type Directory,
  type Discovery,
  type Endpoint,
  type Logger,
  machineAddress,
  type Router,
  type RuleSource,
  type ServiceName,
} from "@thrice/core";
import { FollowedRule } from "./followed-rule.js";
import type { RegistryDirectory } from "./registry-directory.js";
import type { ResolvedRegistry } from "./registry-options.js";

/** What rules are for. */
export interface RegistryRulesInit {
  readonly service: ServiceName;
  readonly directory: Directory;
  readonly registries: readonly ResolvedRegistry[];
  /** Of the client. A tag router among them takes the place of those for rules. */
  readonly routers: readonly Router[];
  readonly consumer: Consumer;
  readonly logger: Logger;
}

interface Source {
  readonly discovery: Discovery;
  readonly rules: RuleSource;
  /** Of the service, and of the application that calls. */
  readonly conditions: readonly FollowedRule[];
  /** By application that provides. */
  readonly tags: Map<string, FollowedRule>;
}

export class RegistryRules {
  readonly #init: RegistryRulesInit;
  readonly #sources: readonly Source[];
  readonly #hasOwnTags: boolean;
  #endpoints: readonly Endpoint[] | undefined;
  #hasTags = false;
  /** For endpoints that have tags of their own, and no rule about them. */
  readonly #plainTags = tagRouter();
  #routers: readonly Router[] = [];
  #chain: RouterChain | undefined;
  #isKnown = false;
  #isClosed = false;
  readonly #waiting = new Set<() => void>();

  constructor(init: RegistryRulesInit) {
    const { registries, routers } = init;
    this.#init = init;
    this.#hasOwnTags = routers.some(({ name }) => name === "tag");
    this.#sources = registries.flatMap(({ discovery, rules }) =>
      rules === undefined ? [] : [this.#open(discovery, rules)],
    );
    this.#rebuild();
  }

  /** What narrows the endpoints now; another one when rules have come or gone. Cheap: read before every attempt. */
  get chain(): RouterChain | undefined {
    const { endpoints } = this.#init.directory.snapshot();
    if (endpoints !== this.#endpoints) this.#look(endpoints);
    return this.#chain;
  }

  /** Whether every rule was read that can be, or there is none; once it is so, it stays. */
  isKnown(directory: Pick<RegistryDirectory, "isHeard">): boolean {
    if (this.#isKnown || this.#isClosed) return true;
    void this.chain;
    this.#isKnown = this.#sources.every(({ discovery, conditions, tags }) => {
      const isRead = [...conditions, ...tags.values()].every((rule) => rule.isHeard);
      return isRead || !directory.isHeard(discovery);
    });
    return this.#isKnown;
  }

  /** Calls `fire` when a rule is heard. Returns how to take that back. */
  onHeard(fire: () => void): () => void {
    this.#waiting.add(fire);
    return () => this.#waiting.delete(fire);
  }

  close(): void {
    this.#isClosed = true;
    for (const { conditions, tags } of this.#sources) {
      for (const rule of [...conditions, ...tags.values()]) rule.close();
    }
  }

  #open(discovery: Discovery, rules: RuleSource): Source {
    const { service, group, version } = this.#init.service;
    const keys = [`${service}:${version}:${group}.condition-router`];
    if (rules.application !== "") keys.push(`${rules.application}.condition-router`);
    const consumer: Consumer = {
      ...(rules.application !== "" && { application: rules.application }),
      host: machineAddress(),
      ...this.#init.consumer,
    };
    const conditions = keys.map((key) =>
      this.#follow(discovery, rules, key, conditionRouter("conditions: []", consumer)),
    );
    return { discovery, rules, conditions, tags: new Map() };
  }

  #follow(
    { name: registry }: Discovery,
    rules: RuleSource,
    key: string,
    router: RuledRouter,
  ): FollowedRule {
    const { logger } = this.#init;
    return new FollowedRule({ registry, rules, key, router, logger }, () => {
      this.#rebuild();
      for (const fire of [...this.#waiting]) fire();
    });
  }

  /** Which applications provide the service, and whether endpoints have tags, shows in their parameters. */
  #look(endpoints: readonly Endpoint[]): void {
    this.#endpoints = endpoints;
    if (this.#hasOwnTags || this.#isClosed) return;
    this.#hasTags = endpoints.some(({ address }) => textOf(address.params, "dubbo.tag") !== "");
    const names = new Set(endpoints.map(({ address }) => textOf(address.params, "application")));
    for (const { discovery, rules, tags } of this.#sources) {
      for (const application of names) {
        if (application === "" || tags.has(application)) continue;
        const key = `${application}.tag-router`;
        tags.set(application, this.#follow(discovery, rules, key, tagRouter()));
      }
    }
    this.#rebuild();
  }

  #rebuild(): void {
    const routers: Router[] = [];
    for (const { conditions, tags } of this.#sources) {
      const ruled = [...tags.values()].filter(({ isSet }) => isSet);
      for (const { router } of [...ruled, ...conditions.filter(({ isSet }) => isSet)]) {
        routers.push(router);
      }
    }
    const isTagged = routers.some(({ name }) => name === "tag");
    if (this.#hasTags && !isTagged) routers.unshift(this.#plainTags);
    const all = [...routers, ...this.#init.routers];
    if (isSame(all, this.#routers)) return;
    this.#routers = all;
    this.#chain = all.length === 0 ? undefined : new RouterChain(all);
  }
}

function isSame(left: readonly Router[], right: readonly Router[]): boolean {
  return left.length === right.length && left.every((router, at) => router === right[at]);
}

function textOf(params: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(params, name) ? (params[name] ?? "") : "";
}
