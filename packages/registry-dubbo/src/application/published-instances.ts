/**
 * The instances of this process: one for each address, with all services that listen there. What is registered in one turn is
 * written at once, so that consumers do not hear of each service alone.
 */
import { formatAddress, type Provider, type ProviderLease } from "@thrice/core";
import type { EntryStore } from "../engine/entry-store.js";
import { instanceFrom, type MetadataPlace } from "./instance-metadata.js";
import { KeptEntry } from "./kept-entry.js";
import { addToMapping } from "./mapping.js";
import { formatMetadata, type MetadataInfo, metadataFrom } from "./metadata-info.js";
import { formatInstance } from "./service-instance.js";

/** Metadata that stays known after it was replaced, as somebody may just be about to ask for it. */
const maxKnown = 16;

/** What is published, and how. */
export interface PublishedInstancesInit {
  readonly store: EntryStore;
  /** First part of the keys of mapping and metadata. */
  readonly root: string;
  readonly application: string;
  readonly place: MetadataPlace;
  /** Milliseconds since 1970. */
  readonly unixMs: () => number;
}

/** The instance of one address. */
interface Group {
  readonly providers: Set<Provider>;
  lease: ProviderLease | undefined;
  revision: string;
  /** Resolves when the engine has been told what is known now. */
  told: Promise<void> | undefined;
}

export class PublishedInstances {
  readonly #init: PublishedInstancesInit;
  readonly #groups = new Map<string, Group>();
  /** By interface, with the number of providers that need it. */
  readonly #mappings = new Map<string, { readonly entry: KeptEntry; count: number }>();
  readonly #known = new Map<string, MetadataInfo>();
  #remote: { readonly revision: string; readonly entries: readonly KeptEntry[] }[] = [];

  constructor(init: PublishedInstancesInit) {
    this.#init = init;
  }

  /** What is published, or was just before, with this revision. */
  metadataOf(revision: string): MetadataInfo | undefined {
    return this.#known.get(revision);
  }

  /** Adds a service to its instance. */
  add(provider: Provider): ProviderLease {
    const key = formatAddress(provider.address);
    const group = this.#groups.get(key) ?? newGroup();
    this.#groups.set(key, group);
    const own = { ...provider };
    group.providers.add(own);
    const mapped = this.#map(provider.service);
    const published = Promise.all([this.#tell(key, group), mapped]).then(() => {});
    let withdrawn: Promise<void> | undefined;
    return {
      published,
      withdraw: () => {
        withdrawn ??= this.#remove(key, group, own);
        return withdrawn;
      },
    };
  }

  /** Ends what keeps entries that last; those stay. */
  close(): void {
    for (const { entry } of this.#mappings.values()) entry.close();
    this.#mappings.clear();
    for (const { entries } of this.#remote.splice(0)) for (const entry of entries) entry.close();
  }

  #remove(key: string, group: Group, provider: Provider): Promise<void> {
    group.providers.delete(provider);
    const mapping = this.#mappings.get(provider.service);
    if (mapping !== undefined && --mapping.count === 0) {
      mapping.entry.close();
      this.#mappings.delete(provider.service);
    }
    return this.#tell(key, group);
  }

  #map(service: string): Promise<void> {
    const { store, root, application } = this.#init;
    let mapping = this.#mappings.get(service);
    if (mapping === undefined) {
      const change = (old: string | undefined) => addToMapping(old, application);
      const entry = new KeptEntry(store, `/${root}/mapping/${service}`, change);
      mapping = { entry, count: 0 };
      this.#mappings.set(service, mapping);
    }
    mapping.count++;
    return mapping.entry.written;
  }

  #tell(key: string, group: Group): Promise<void> {
    group.told ??= Promise.resolve().then(() => {
      group.told = undefined;
      return this.#write(key, group);
    });
    return group.told;
  }

  /** The new entry is held before the old one is let go, so that there is one at any time. */
  async #write(key: string, group: Group): Promise<void> {
    const { store, application, place } = this.#init;
    const before = group.lease;
    if (group.providers.size === 0) {
      group.lease = undefined;
      this.#groups.delete(key);
      await before?.withdraw();
      this.#dropRemote();
      return;
    }
    const providers = [...group.providers];
    const info = metadataFrom(application, providers);
    group.revision = info.revision;
    this.#know(info);
    const remote = place === "remote" ? this.#keepRemote(info) : undefined;
    const instance = instanceFrom(info, providers, place);
    const text = formatInstance(instance, store.instanceForm ?? "plain");
    const lease = store.hold(`/services/${application}/${key}`, text);
    group.lease = lease;
    void before?.withdraw();
    await Promise.all([lease.published, remote]);
    this.#dropRemote();
  }

  #know(info: MetadataInfo): void {
    this.#known.delete(info.revision);
    this.#known.set(info.revision, info);
    for (const revision of this.#known.keys()) {
      if (this.#known.size <= maxKnown) break;
      if (!this.#isPublished(revision)) this.#known.delete(revision);
    }
  }

  /** Where Java looks, and where Go does. */
  async #keepRemote(info: MetadataInfo): Promise<void> {
    const { store, unixMs } = this.#init;
    const { revision } = info;
    let kept = this.#remote.find((one) => one.revision === revision);
    if (kept === undefined) {
      const text = formatMetadata(info, unixMs());
      const change = (old: string | undefined) =>
        old === undefined || old === "" ? text : undefined;
      const keys = remoteKeys(this.#init.root, info.app, revision);
      kept = { revision, entries: keys.map((key) => new KeptEntry(store, key, change)) };
      this.#remote.push(kept);
    }
    await Promise.all(kept.entries.map(({ written }) => written));
  }

  #dropRemote(): void {
    this.#remote = this.#remote.filter(({ revision, entries }) => {
      const isPublished = this.#isPublished(revision);
      if (!isPublished) for (const entry of entries) entry.close();
      return isPublished;
    });
  }

  #isPublished(revision: string): boolean {
    for (const group of this.#groups.values()) if (group.revision === revision) return true;
    return false;
  }
}

/** Keys of an application's metadata in the engine: as Java has it, and as Go does. */
export function remoteKeys(root: string, app: string, revision: string): readonly string[] {
  return [`/${root}/metadata/${app}/${revision}`, `/${root}/${app}/${revision}`];
}

function newGroup(): Group {
  return { providers: new Set(), lease: undefined, revision: "", told: undefined };
}
