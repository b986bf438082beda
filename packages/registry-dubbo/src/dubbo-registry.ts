import {
  dubboNameFromConsumer,
  dubboNameFromProvider,
  machineAddress,
  type Provider,
  type ProviderLease,
  type Registry,
  type RegistryService,
  type ServiceName,
  type ServiceUpdate,
  type ServiceWatch,
  SkippedEntries,
} from "@thrice/core";
import { ApplicationSource } from "./application/application-source.js";
import { FollowedApplication } from "./application/followed-application.js";
import { metadataService } from "./application/metadata-service.js";
import { PublishedInstances } from "./application/published-instances.js";
import type { EndpointSource } from "./endpoint-source.js";
import type { EntryStore } from "./engine/entry-store.js";
import { FollowedService } from "./followed-service.js";
import { InterfaceSource } from "./interface/interface-source.js";
import { type LayoutOptions, type ResolvedLayout, resolveLayout } from "./layout-options.js";
import { FollowedRules } from "./rules/followed-rules.js";

/**
 * Publishes and finds services in an engine, in Dubbo's layouts. Closing it closes the store.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function dubboRegistry(store: EntryStore, options: LayoutOptions = {}): Registry {
  return new DubboRegistry(store, resolveLayout(options));
}

class DubboRegistry implements Registry {
  readonly name: string;
  readonly services: readonly RegistryService[];
  readonly rules: FollowedRules;
  readonly #store: EntryStore;
  readonly #layout: ResolvedLayout;
  readonly #skipped: SkippedEntries;
  /** Absent if instances are not published. */
  readonly #published: PublishedInstances | undefined;
  readonly #followed = new Map<string, FollowedService>();
  /** Milliseconds since 1970. */
  readonly #startedMs = Date.now();
  readonly #applications = new Map<string, FollowedApplication>();

  constructor(store: EntryStore, layout: ResolvedLayout) {
    const { root, application, register, metadata: place } = layout;
    this.name = store.name;
    this.#store = store;
    this.#layout = layout;
    this.#skipped = new SkippedEntries(store.name, layout.logger);
    if (register !== "interface") {
      const init = { store, root, application, place, unixMs: Date.now };
      this.#published = new PublishedInstances(init);
    }
    this.rules = new FollowedRules(store, `/${root}/config/dubbo`, application);
    const published = this.#published;
    this.services =
      published === undefined
        ? []
        : [metadataService(application, (revision) => published.metadataOf(revision))];
  }

  register(provider: Provider): ProviderLease {
    const leases: ProviderLease[] = [];
    if (this.#layout.register !== "application") leases.push(this.#hold(provider));
    if (this.#published !== undefined) leases.push(this.#published.add(provider));
    const all = (promises: readonly Promise<void>[]) => Promise.all(promises).then(() => {});
    return {
      published: all(leases.map(({ published }) => published)),
      withdraw: () => all(leases.map((lease) => lease.withdraw())),
    };
  }

  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const { service: name } = service;
    let followed = this.#followed.get(name);
    if (followed === undefined) {
      const open = (onChange: () => void) => this.#open(name, onChange);
      const forget = () => this.#followed.delete(name);
      followed = new FollowedService(this.#layout.clock, open, forget);
      this.#followed.set(name, followed);
    }
    const watch = followed.watch(service, onUpdate);
    return this.#layout.consumers ? this.#withEntry(service, watch) : watch;
  }

  async close(): Promise<void> {
    for (const followed of [...this.#followed.values()]) followed.close();
    this.#published?.close();
    this.rules.close();
    await this.#store.close();
  }

  #hold(provider: Provider): ProviderLease {
    const name = dubboNameFromProvider(provider, this.#layout.application);
    return this.#store.hold(`${this.#folderOf(provider.service)}/providers/${name}`, "");
  }

  /** A consumer has an entry as long as it watches. */
  #withEntry(service: ServiceName, watch: ServiceWatch): ServiceWatch {
    const { application } = this.#layout;
    const consumer = { host: machineAddress(), application, timestamp: this.#startedMs };
    const name = dubboNameFromConsumer(service, consumer);
    const lease = this.#store.hold(`${this.#folderOf(service.service)}/consumers/${name}`, "");
    return {
      get latest() {
        return watch.latest;
      },
      close() {
        watch.close();
        void lease.withdraw();
      },
    };
  }

  /** The ways in which providers are known. An application says more than its entry of the interface, so it comes first. */
  #open(service: string, onChange: () => void): readonly EndpointSource[] {
    const { lookUp, root } = this.#layout;
    const sources: EndpointSource[] = [];
    if (lookUp !== "interface") {
      const borrow = (application: string, listener: () => void) =>
        this.#borrow(application, listener);
      const key = `/${root}/mapping/${service}`;
      sources.push(new ApplicationSource(key, this.#store, borrow, onChange));
    }
    if (lookUp !== "application") {
      const folder = `${this.#folderOf(service)}/providers`;
      sources.push(new InterfaceSource(folder, this.#store, this.#skipped, onChange));
    }
    return sources;
  }

  /** Services that one application provides share what is known of it. */
  #borrow(name: string, onChange: () => void): readonly [FollowedApplication, () => void] {
    let application = this.#applications.get(name);
    if (application === undefined) {
      const { root, metadataTls: tls, clock, random } = this.#layout;
      const tools = { store: this.#store, root, tls, clock, random };
      application = new FollowedApplication(name, tools, this.#skipped);
      this.#applications.set(name, application);
    }
    return [application, application.listen(onChange, () => this.#applications.delete(name))];
  }

  #folderOf(service: string): string {
    return `/${this.#layout.root}/${service}`;
  }
}
