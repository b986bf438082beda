import type { ProviderLease, RegistryClock } from "@thrice/core";
import { quietClock } from "@thrice/core";
import { EntryFeed } from "../engine/entry-feed.js";
import type { EntryStore, Followed, OnEntries, OnValue } from "../engine/entry-store.js";

/** An engine that lives in the process, for tests, and can be taken away from its users. */
export interface MemoryEntries {
  /** Every entry that is there now, by key. */
  readonly entries: ReadonlyMap<string, string>;
  /** Makes a store of it, as each process has its own. */
  store(): EntryStore;
  /** Writes an entry as a stranger does; undefined removes it. */
  put(key: string, value: string | undefined): void;
  /** Makes it unreachable. */
  goAway(reason?: string): void;
  /** Makes it reachable again; with `isEmpty`, it has forgotten everything, and entries that are held come in the next turn. */
  comeBack(options?: { readonly isEmpty?: boolean }): void;
}

/** Makes an engine without an entry. */
export function memoryEntries(clock: RegistryClock = quietClock): MemoryEntries {
  return new Engine(clock);
}

class Engine implements MemoryEntries {
  readonly clock: RegistryClock;
  readonly #stores = new Set<Store>();
  #lasting = new Map<string, string>();
  #entries = new Map<string, string>();
  awayReason: string | undefined;

  constructor(clock: RegistryClock) {
    this.clock = clock;
  }

  get entries(): ReadonlyMap<string, string> {
    return this.#entries;
  }

  store(): EntryStore {
    const store = new Store(this);
    this.#stores.add(store);
    return store;
  }

  put(key: string, value: string | undefined): void {
    if (value === undefined) this.#lasting.delete(key);
    else this.#lasting.set(key, value);
    this.agree();
  }

  goAway(reason = "the engine is away"): void {
    this.awayReason = reason;
    for (const store of this.#stores) store.feedAll();
  }

  comeBack({ isEmpty = false }: { readonly isEmpty?: boolean } = {}): void {
    this.awayReason = undefined;
    if (!isEmpty) {
      this.agree();
      return;
    }
    this.#lasting = new Map();
    this.#entries = new Map();
    for (const store of this.#stores) store.feedAll();
    this.clock.setTimer(0, () => this.agree());
  }

  /** Has what is held and what lasts, and tells everybody. */
  agree(): void {
    if (this.awayReason !== undefined) return;
    this.#entries = new Map(this.#lasting);
    for (const store of this.#stores) {
      for (const { key, value, publish } of store.holds) {
        this.#entries.set(key, value);
        publish();
      }
    }
    for (const store of this.#stores) store.feedAll();
  }
}

interface Hold {
  readonly key: string;
  readonly value: string;
  readonly publish: () => void;
}

class Store implements EntryStore {
  readonly name = "memory";
  readonly #engine: Engine;
  readonly holds = new Set<Hold>();
  /** With the prefix of what each follows. */
  readonly #feeds = new Map<EntryFeed, string>();
  readonly #updates = new Map<() => void, () => void>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  hold(key: string, value: string): ProviderLease {
    const { promise, resolve } = Promise.withResolvers<void>();
    const hold = { key, value, publish: resolve };
    this.holds.add(hold);
    this.#engine.agree();
    return {
      published: promise,
      withdraw: async () => {
        resolve();
        if (this.holds.delete(hold)) this.#engine.agree();
      },
    };
  }

  follow(folder: string, onEntries: OnEntries): Followed {
    const onClose = () => this.#feeds.delete(feed);
    const feed = new EntryFeed({ clock: this.#engine.clock, onEntries, onClose });
    this.#feeds.set(feed, `${folder}/`);
    this.#feed(feed, `${folder}/`);
    return feed;
  }

  followEntry(key: string, onValue: OnValue): Followed {
    const at = key.lastIndexOf("/") + 1;
    const name = key.slice(at);
    return this.follow(key.slice(0, at - 1), (entries, state, reason) =>
      onValue(entries.get(name), state, reason),
    );
  }

  update(key: string, change: (old: string | undefined) => string | undefined): Promise<void> {
    return new Promise((resolve) => {
      const run = () => {
        const value = change(this.#engine.entries.get(key));
        if (value !== undefined) this.#engine.put(key, value);
        resolve();
      };
      this.#updates.set(run, resolve);
      this.#update();
    });
  }

  async close(): Promise<void> {
    for (const feed of [...this.#feeds.keys()]) feed.close();
    for (const { publish } of this.holds) publish();
    this.holds.clear();
    for (const resolve of this.#updates.values()) resolve();
    this.#updates.clear();
    this.#engine.agree();
  }

  feedAll(): void {
    this.#update();
    for (const [feed, prefix] of this.#feeds) this.#feed(feed, prefix);
  }

  #update(): void {
    if (this.#engine.awayReason !== undefined) return;
    for (const run of [...this.#updates.keys()]) if (this.#updates.delete(run)) run();
  }

  #feed(feed: EntryFeed, prefix: string): void {
    if (this.#engine.awayReason !== undefined) {
      feed.setState("stale", this.#engine.awayReason);
      return;
    }
    const found: [string, string][] = [];
    for (const [key, value] of this.#engine.entries) {
      const name = key.slice(prefix.length);
      if (key.startsWith(prefix) && name !== "" && !name.includes("/")) found.push([name, value]);
    }
    feed.replace(found);
  }
}
