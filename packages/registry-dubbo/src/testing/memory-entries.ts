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

interface Hold {
  readonly key: string;
  readonly value: string;
  readonly publish: () => void;
}

class Engine implements MemoryEntries {
  readonly clock: RegistryClock;
  readonly #stores = new Set<Store>();
  #lasting = new Map<string, string>();
  /** By key; the newest one says the value. */
  readonly #holds = new Map<string, Set<Hold>>();
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
    this.#agree(key);
  }

  hold(hold: Hold): void {
    this.#holds.set(hold.key, (this.#holds.get(hold.key) ?? new Set()).add(hold));
    this.#agree(hold.key);
  }

  letGo(hold: Hold): void {
    const all = this.#holds.get(hold.key);
    all?.delete(hold);
    if (all?.size === 0) this.#holds.delete(hold.key);
    this.#agree(hold.key);
  }

  goAway(reason = "the engine is away"): void {
    this.awayReason = reason;
    for (const store of this.#stores) store.feedAll();
  }

  comeBack({ isEmpty = false }: { readonly isEmpty?: boolean } = {}): void {
    this.awayReason = undefined;
    if (!isEmpty) {
      this.#agreeOnAll();
      return;
    }
    this.#lasting = new Map();
    this.#entries = new Map();
    for (const store of this.#stores) store.feedAll();
    this.clock.setTimer(0, () => this.#agreeOnAll());
  }

  /** Has what is held and what lasts, and tells everybody. */
  #agreeOnAll(): void {
    if (this.awayReason !== undefined) return;
    this.#entries = new Map(this.#lasting);
    for (const key of this.#holds.keys()) this.#agree(key);
    for (const store of this.#stores) store.feedAll();
  }

  /** The same for one key. */
  #agree(key: string): void {
    if (this.awayReason !== undefined) return;
    const holds = [...(this.#holds.get(key) ?? [])];
    const value = holds.at(-1)?.value ?? this.#lasting.get(key);
    if (value === undefined) this.#entries.delete(key);
    else this.#entries.set(key, value);
    for (const { publish } of holds) publish();
    for (const store of this.#stores) store.feed(key, value);
  }
}

class Store implements EntryStore {
  readonly name = "memory";
  readonly #engine: Engine;
  readonly #holds = new Set<Hold>();
  /** With the prefix of what each follows. */
  readonly #feeds = new Map<EntryFeed, string>();
  readonly #updates = new Map<() => void, () => void>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  hold(key: string, value: string): ProviderLease {
    const { promise, resolve } = Promise.withResolvers<void>();
    const hold = { key, value, publish: resolve };
    this.#holds.add(hold);
    this.#engine.hold(hold);
    return {
      published: promise,
      withdraw: async () => {
        resolve();
        if (this.#holds.delete(hold)) this.#engine.letGo(hold);
      },
    };
  }

  follow(folder: string, onEntries: OnEntries): Followed {
    const onClose = () => this.#feeds.delete(feed);
    const feed = new EntryFeed({ clock: this.#engine.clock, onEntries, onClose });
    this.#feeds.set(feed, `${folder}/`);
    this.#feedWhole(feed, `${folder}/`);
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
    for (const hold of this.#holds) {
      hold.publish();
      this.#engine.letGo(hold);
    }
    this.#holds.clear();
    for (const resolve of this.#updates.values()) resolve();
    this.#updates.clear();
  }

  feed(key: string, value: string | undefined): void {
    for (const [feed, prefix] of this.#feeds) {
      const name = nameIn(prefix, key);
      if (name !== undefined) feed.set(name, value);
    }
  }

  feedAll(): void {
    this.#update();
    for (const [feed, prefix] of this.#feeds) this.#feedWhole(feed, prefix);
  }

  #update(): void {
    if (this.#engine.awayReason !== undefined) return;
    for (const run of [...this.#updates.keys()]) if (this.#updates.delete(run)) run();
  }

  #feedWhole(feed: EntryFeed, prefix: string): void {
    if (this.#engine.awayReason !== undefined) {
      feed.setState("stale", this.#engine.awayReason);
      return;
    }
    const found: [string, string][] = [];
    for (const [key, value] of this.#engine.entries) {
      const name = nameIn(prefix, key);
      if (name !== undefined) found.push([name, value]);
    }
    feed.replace(found);
  }
}

/** Undefined if it is no direct child. */
function nameIn(prefix: string, key: string): string | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const name = key.slice(prefix.length);
  return name === "" || name.includes("/") ? undefined : name;
}
