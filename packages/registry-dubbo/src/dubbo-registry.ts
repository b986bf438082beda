import {
  dubboNameFromProvider,
  type Provider,
  type ProviderLease,
  type Registry,
  type ServiceName,
  type ServiceUpdate,
  type ServiceWatch,
  SkippedEntries,
} from "@thrice/core";
import type { EntryStore } from "./engine/entry-store.js";
import { FollowedInterface } from "./interface/followed-interface.js";
import { type LayoutOptions, type ResolvedLayout, resolveLayout } from "./layout-options.js";

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
  readonly #store: EntryStore;
  readonly #layout: ResolvedLayout;
  readonly #skipped: SkippedEntries;
  readonly #interfaces = new Map<string, FollowedInterface>();

  constructor(store: EntryStore, layout: ResolvedLayout) {
    this.name = store.name;
    this.#store = store;
    this.#layout = layout;
    this.#skipped = new SkippedEntries(store.name, layout.logger);
  }

  register(provider: Provider): ProviderLease {
    const name = dubboNameFromProvider(provider, this.#layout.application);
    return this.#store.hold(`${this.#providersOf(provider.service)}/${name}`, "");
  }

  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const { service: name } = service;
    let followed = this.#interfaces.get(name);
    if (followed === undefined) {
      const tools = { store: this.#store, clock: this.#layout.clock, skipped: this.#skipped };
      const forget = () => this.#interfaces.delete(name);
      followed = new FollowedInterface(this.#providersOf(name), tools, forget);
      this.#interfaces.set(name, followed);
    }
    return followed.watch(service, onUpdate);
  }

  async close(): Promise<void> {
    for (const followed of [...this.#interfaces.values()]) followed.close();
    await this.#store.close();
  }

  #providersOf(service: string): string {
    return `/${this.#layout.root}/${service}/providers`;
  }
}
