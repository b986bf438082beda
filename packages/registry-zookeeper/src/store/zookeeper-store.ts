import { logQuietly, type ProviderLease } from "@thrice/core";
import {
  EntryFeed,
  type EntryStore,
  type Followed,
  type FollowOptions,
  type OnEntries,
  type OnValue,
} from "@thrice/registry-dubbo";
import { Nodes } from "../session/nodes.js";
import { Session } from "../session/session.js";
import { reasonOf } from "../zookeeper-error.js";
import type { ResolvedZookeeperOptions } from "../zookeeper-options.js";
import { followFolder, followNode } from "./follow.js";
import type { Follower } from "./follower.js";
import { HeldEntries } from "./held-entries.js";
import { Update } from "./update.js";

/** Longest entry that is written, in bytes: servers end the connection of who sends more than 1 048 575, all in all. */
const maxEntryBytes = 1_000_000;

/** What uses one session. */
interface Open {
  readonly session: Session;
  readonly nodes: Nodes;
  readonly options: ResolvedZookeeperOptions;
  readonly held: HeldEntries;
}

/** Entries in ZooKeeper. It connects when something is held, followed or written, and lets go when nothing is any more. */
export class ZookeeperStore implements EntryStore {
  readonly name: string;
  readonly instanceForm = "curator";
  readonly #options: ResolvedZookeeperOptions;
  readonly #feeds = new Set<EntryFeed>();
  readonly #updates = new Set<Update>();
  #open: Open | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(options: ResolvedZookeeperOptions) {
    this.#options = options;
    this.name = options.name;
  }

  hold(key: string, value: string): ProviderLease {
    const path = this.#pathOf(key);
    try {
      checkEntry(path, value);
    } catch (cause) {
      return this.#refuse(reasonOf(cause));
    }
    return this.#use().held.hold(path, value);
  }

  follow(folder: string, onEntries: OnEntries, options: FollowOptions = {}): Followed {
    const { hasValues = true } = options;
    const path = this.#pathOf(folder);
    return this.#follow(onEntries, (feed) => followFolder(path, hasValues, feed, this.#use()));
  }

  followEntry(key: string, onValue: OnValue): Followed {
    const path = this.#pathOf(key);
    return this.#follow(
      (entries, state, reason) => onValue(entries.get("value"), state, reason),
      (feed) => followNode(path, feed, this.#use()),
    );
  }

  async update(
    key: string,
    change: (old: string | undefined) => string | undefined,
  ): Promise<void> {
    const path = this.#pathOf(key);
    const update = new Update(path, this.#use(), (old) => {
      const value = change(old);
      if (value !== undefined) checkEntry(path, value);
      return value;
    });
    this.#updates.add(update);
    try {
      await update.done;
    } finally {
      this.#updates.delete(update);
      this.#letGo();
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    for (const feed of [...this.#feeds]) feed.close();
    for (const update of this.#updates) update.close();
    await open?.held.close();
    this.#letGo();
    await this.#closing;
  }

  #follow(onEntries: OnEntries, begin: (feed: EntryFeed) => Follower): Followed {
    const onClose = () => {
      this.#feeds.delete(feed);
      follower.close();
      this.#letGo();
    };
    const feed = new EntryFeed({ clock: this.#options.clock, onEntries, onClose });
    this.#feeds.add(feed);
    const follower = begin(feed);
    return feed;
  }

  /** What cannot be written is said once, and is never published. */
  #refuse(reason: string): ProviderLease {
    const { logger } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    logQuietly(() => logger.errorf("registry %s: %s", this.name, reason));
    return { published: promise, withdraw: async () => resolve() };
  }

  #pathOf(key: string): string {
    return `${this.#options.chroot}${key}`;
  }

  #use(): Open {
    if (this.#open === undefined) {
      const options = this.#options;
      const session = new Session(options);
      const nodes = new Nodes(session, options.acl);
      const held = new HeldEntries(session, nodes, options, () => this.#letGo());
      this.#open = { session, nodes, options, held };
    }
    return this.#open;
  }

  #letGo(): void {
    if (this.#feeds.size + this.#updates.size > 0 || !this.#open?.held.isIdle) return;
    this.#closing = this.#open.session.close();
    this.#open = undefined;
  }
}

/** @throws RangeError naming the bound: a server would end the connection without a word, again and again. */
function checkEntry(path: string, value: string): void {
  const bytes = Buffer.byteLength(path) + Buffer.byteLength(value);
  if (bytes <= maxEntryBytes) return;
  throw new RangeError(
    `an entry must have at most ${maxEntryBytes} bytes, got ${bytes}: ${path.slice(0, 200)}`,
  );
}
