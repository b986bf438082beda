import type { ProviderLease } from "@thrice/core";
import {
  EntryFeed,
  type EntryStore,
  type Followed,
  type OnEntries,
  type OnValue,
  Pacer,
  Reachability,
} from "@thrice/registry-dubbo";
import { EtcdClient, type KeyRange, rangeOf, rangeOfKey, reasonOf } from "./etcd-client.js";
import type { ResolvedEtcdOptions } from "./etcd-options.js";
import { FollowedRange } from "./followed-range.js";
import { Publisher } from "./publisher.js";

/** Entries in etcd. It connects when something is held, followed or written, and lets go when nothing is any more. */
export class EtcdStore implements EntryStore {
  readonly name = "etcd";
  readonly #options: ResolvedEtcdOptions;
  readonly #reachability: Reachability;
  readonly #feeds = new Set<EntryFeed>();
  readonly #leases = new Set<ProviderLease>();
  readonly #updates = new Set<Pacer>();
  #publisher: Publisher | undefined;
  #client: EtcdClient | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(options: ResolvedEtcdOptions) {
    this.#options = options;
    this.#reachability = new Reachability(this.name, options.logger);
  }

  hold(key: string, value: string): ProviderLease {
    this.#publisher ??= this.#newPublisher();
    const lease = this.#publisher.add(this.#keyOf(key), value);
    this.#leases.add(lease);
    return {
      published: lease.published,
      withdraw: () => {
        this.#leases.delete(lease);
        return lease.withdraw();
      },
    };
  }

  follow(folder: string, onEntries: OnEntries): Followed {
    const prefix = `${this.#keyOf(folder)}/`;
    const nameOf = (key: string) => {
      const name = key.slice(prefix.length);
      return name === "" || name.includes("/") ? undefined : name;
    };
    return this.#follow(rangeOf(prefix), nameOf, onEntries);
  }

  followEntry(key: string, onValue: OnValue): Followed {
    return this.#follow(
      rangeOfKey(this.#keyOf(key)),
      () => "value",
      (entries, state, reason) => onValue(entries.get("value"), state, reason),
    );
  }

  async update(
    key: string,
    change: (old: string | undefined) => string | undefined,
  ): Promise<void> {
    const { clock, random } = this.#options;
    const pacer = new Pacer(clock, random);
    this.#updates.add(pacer);
    while (this.#updates.has(pacer)) {
      try {
        if (await this.#connect().change(this.#keyOf(key), change)) break;
      } catch (cause) {
        if (!this.#updates.has(pacer)) break;
        this.#reachability.noteFailure(reasonOf(cause));
        await pacer.afterFailure();
      }
    }
    this.#updates.delete(pacer);
    this.#letGo();
  }

  async close(): Promise<void> {
    for (const feed of [...this.#feeds]) feed.close();
    for (const pacer of this.#updates) pacer.wake();
    this.#updates.clear();
    await Promise.all([...this.#leases].map((lease) => lease.withdraw()));
    this.#leases.clear();
    this.#letGo();
    await this.#closing;
  }

  #follow(
    range: KeyRange,
    nameOf: (key: string) => string | undefined,
    onEntries: OnEntries,
  ): Followed {
    const onClose = () => {
      this.#feeds.delete(feed);
      followed.close();
      this.#letGo();
    };
    const feed = new EntryFeed({ clock: this.#options.clock, onEntries, onClose });
    this.#feeds.add(feed);
    const tools = {
      client: this.#connect(),
      options: this.#options,
      reachability: this.#reachability,
    };
    const followed = new FollowedRange(range, nameOf, feed, tools);
    return feed;
  }

  #keyOf(key: string): string {
    return `${this.#options.namespace}${key}`;
  }

  #newPublisher(): Publisher {
    return new Publisher(this.#connect(), this.#options, this.#reachability, () => {
      this.#publisher = undefined;
      this.#letGo();
    });
  }

  #connect(): EtcdClient {
    this.#client ??= new EtcdClient(this.#options);
    return this.#client;
  }

  #letGo(): void {
    if (this.#feeds.size + this.#updates.size > 0 || this.#publisher !== undefined) return;
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) this.#closing = client.close();
  }
}
