/** The providers of one interface, as the engine has them: one entry for each, whose name is the URL. */
import {
  type Endpoint,
  endpointFromProvider,
  type Provider,
  type RegistryClock,
  type RegistryState,
  readDubboName,
  type ServiceName,
  type ServiceUpdate,
  type ServiceWatch,
  type SkippedEntries,
  WatchedService,
} from "@thrice/core";
import type { EntryStore, Followed, OnEntries } from "../engine/entry-store.js";

/** What a registry lends those that follow. */
export interface FollowTools {
  readonly store: EntryStore;
  readonly clock: RegistryClock;
  readonly skipped: SkippedEntries;
}

/** An entry that was read; absent parts if it is not for us, or cannot be read. */
interface ReadEntry {
  readonly provider?: Provider;
  readonly endpoint?: Endpoint;
}

export class FollowedInterface {
  readonly #tools: FollowTools;
  readonly #folder: string;
  readonly #onIdle: () => void;
  readonly #followed: Followed;
  readonly #watches = new Map<WatchedService, ServiceName>();
  /** By name, so that each is read once, and those that stay keep their objects. */
  #entries = new Map<string, ReadEntry>();
  #state: RegistryState = "connecting";
  #reason = "";

  constructor(folder: string, tools: FollowTools, onIdle: () => void) {
    this.#tools = tools;
    this.#folder = folder;
    this.#onIdle = onIdle;
    const onEntries: OnEntries = (entries, state, reason) => {
      this.#state = state;
      this.#reason = reason;
      if (state !== "connecting") this.#take(entries.keys());
      for (const [watch, service] of this.#watches) this.#feed(watch, service);
    };
    this.#followed = tools.store.follow(folder, onEntries, { hasValues: false });
  }

  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const onClose = () => {
      this.#watches.delete(watch);
      if (this.#watches.size > 0) return;
      this.#followed.close();
      this.#onIdle();
    };
    const watch = new WatchedService({ clock: this.#tools.clock, onUpdate, onClose });
    this.#watches.set(watch, service);
    this.#feed(watch, service);
    return watch;
  }

  /** Closes every watch. */
  close(): void {
    for (const watch of [...this.#watches.keys()]) watch.close();
  }

  #take(names: Iterable<string>): void {
    const before = this.#entries;
    this.#entries = new Map();
    for (const name of names) this.#entries.set(name, before.get(name) ?? this.#read(name));
  }

  #read(name: string): ReadEntry {
    const entry = readDubboName(name);
    if (entry.kind === "other") return {};
    if (entry.kind === "malformed") return this.#skip(name, entry.reason);
    const { provider } = entry;
    const made = endpointFromProvider(provider.address);
    return made.ok ? { provider, endpoint: made.endpoint } : this.#skip(name, made.reason);
  }

  #skip(name: string, reason: string): ReadEntry {
    this.#tools.skipped.note(`${this.#folder}/${name}`, reason);
    return {};
  }

  #feed(watch: WatchedService, service: ServiceName): void {
    if (this.#state !== "connecting") {
      const found: [string, Endpoint][] = [];
      for (const [name, { provider, endpoint }] of this.#entries) {
        if (provider && endpoint && isOf(provider, service)) found.push([name, endpoint]);
      }
      watch.replace(found);
    }
    watch.setState(this.#state, this.#reason);
  }
}

function isOf(provider: Provider, { group, version }: ServiceName): boolean {
  return provider.group === group && provider.version === version;
}
