/** The instances of one application, and what each of them provides. */
import {
  type Endpoint,
  formatServiceKey,
  type RegistryState,
  type ServiceName,
  type SkippedEntries,
} from "@thrice/core";
import type { AddEndpoint } from "../endpoint-source.js";
import type { Followed } from "../engine/entry-store.js";
import { endpointsOf } from "./instance-endpoints.js";
import { revisionOfInstance } from "./instance-metadata.js";
import { MetadataFinder, type MetadataTools } from "./metadata-finder.js";
import { emptyRevision, type MetadataInfo, matchKeyOf, type ServiceInfo } from "./metadata-info.js";
import { readInstance, type ServiceInstance } from "./service-instance.js";

/** An instance as its entry has it, and what was made of it. */
interface KnownInstance {
  readonly text: string;
  /** Undefined if it is not for us, or cannot be read. */
  readonly instance: ServiceInstance | undefined;
  readonly revision: string;
  /** What it provides; undefined until that is known. */
  info: MetadataInfo | undefined;
  /** What was known before under the same name, which counts until `info` is known. */
  before: KnownInstance | undefined;
  /** By match key of the service. */
  readonly endpoints: Map<string, readonly Endpoint[]>;
}

export class FollowedApplication {
  readonly #application: string;
  readonly #folder: string;
  readonly #tools: MetadataTools;
  readonly #skipped: SkippedEntries;
  readonly #followed: Followed;
  readonly #listeners = new Set<() => void>();
  #instances = new Map<string, KnownInstance>();
  readonly #finders = new Map<string, MetadataFinder>();
  #state: RegistryState = "connecting";
  #reason = "";
  #wasComplete = false;

  constructor(application: string, tools: MetadataTools, skipped: SkippedEntries) {
    this.#application = application;
    this.#folder = `/services/${application}`;
    this.#tools = tools;
    this.#skipped = skipped;
    this.#followed = tools.store.follow(this.#folder, (entries, state, reason) => {
      this.#state = state;
      this.#reason = reason;
      if (state !== "connecting") this.#take(entries);
      this.#tell();
    });
  }

  /** Connecting also until it was known for the first time what the instances provide. */
  get state(): RegistryState {
    if (this.#state !== "live" || this.#wasComplete) return this.#state;
    for (const { info, problem } of this.#finders.values()) {
      if (info === undefined && problem === undefined) return "connecting";
    }
    this.#wasComplete = true;
    return "live";
  }

  get reason(): string {
    return this.#reason;
  }

  /** Calls `onChange` when something is new. Returns how to take that back; the last one who does so ends it all. */
  listen(onChange: () => void, onIdle: () => void): () => void {
    const listener = () => onChange();
    this.#listeners.add(listener);
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      this.#followed.close();
      for (const finder of this.#finders.values()) finder.close();
      onIdle();
    };
  }

  /** Hands over the endpoints of a service. */
  addTo(add: AddEndpoint, { service, group, version }: ServiceName): void {
    const key = matchKeyOf({ name: service, group, version, protocol: "tri" });
    for (const [name, newest] of this.#instances) {
      const known = newest.info === undefined ? (newest.before ?? newest) : newest;
      let endpoints = known.endpoints.get(key);
      if (endpoints === undefined) {
        endpoints = this.#endpointsOf(name, known, key);
        if (known.info !== undefined) known.endpoints.set(key, endpoints);
      }
      for (const endpoint of endpoints) add(`${this.#folder}/${endpoint.id}`, endpoint);
    }
  }

  #endpointsOf(name: string, { instance, info }: KnownInstance, key: string): readonly Endpoint[] {
    const service = info?.services[key];
    if (instance === undefined || service === undefined) return [];
    const made = endpointsOf(instance, service);
    if (made.ok) return made.endpoints;
    this.#skipped.note(`${this.#folder}/${name}`, `${describe(service)}: ${made.reason}`);
    return [];
  }

  #take(entries: ReadonlyMap<string, string>): void {
    const before = this.#instances;
    this.#instances = new Map();
    for (const [name, text] of entries) {
      const old = before.get(name);
      this.#instances.set(name, old?.text === text ? old : this.#read(name, text, old));
    }
    this.#find();
  }

  #read(name: string, text: string, old: KnownInstance | undefined): KnownInstance {
    const entry = readInstance(this.#application, text);
    if (!entry.ok && entry.reason !== "")
      this.#skipped.note(`${this.#folder}/${name}`, entry.reason);
    const instance = entry.ok ? entry.instance : undefined;
    const revision = instance === undefined ? "" : revisionOfInstance(instance);
    const isEmpty = revision === "" || revision === emptyRevision;
    const before = old?.info === undefined ? old?.before : old;
    return {
      text,
      instance: isEmpty ? undefined : instance,
      revision,
      info: this.#finders.get(revision)?.info,
      before: isEmpty ? undefined : before,
      endpoints: new Map(),
    };
  }

  /** Has a finder for each revision that there is, and no other. */
  #find(): void {
    const byRevision = new Map<string, ServiceInstance[]>();
    for (const { instance, revision } of this.#instances.values()) {
      if (instance === undefined) continue;
      const list = byRevision.get(revision);
      if (list === undefined) byRevision.set(revision, [instance]);
      else list.push(instance);
    }
    for (const [revision, finder] of this.#finders) {
      const instances = byRevision.get(revision);
      if (instances !== undefined) {
        finder.instances = instances;
        continue;
      }
      finder.close();
      this.#finders.delete(revision);
    }
    for (const [revision, instances] of byRevision) {
      if (this.#finders.has(revision)) continue;
      const finder: MetadataFinder = new MetadataFinder(revision, instances, this.#tools, () => {
        const { problem = "", info } = finder;
        if (info !== undefined) this.#learn(revision, info);
        else this.#skipped.note(`${this.#folder} of revision ${revision}`, problem);
        this.#tell();
      });
      this.#finders.set(revision, finder);
    }
  }

  #learn(revision: string, info: MetadataInfo): void {
    for (const known of this.#instances.values()) {
      if (known.revision !== revision) continue;
      known.info = info;
      known.before = undefined;
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function describe({ name, group, version }: ServiceInfo): string {
  return `service ${formatServiceKey(name, group, version)}`;
}
