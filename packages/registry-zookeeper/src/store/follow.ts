/** The children of a folder, by name, with their values if those are wanted. */
import { SkippedEntries } from "@thrice/core";
import type { EntryFeed } from "@thrice/registry-dubbo";
import type { Nodes } from "../session/nodes.js";
import type { Session } from "../session/session.js";
import type { Watcher } from "../session/watch-table.js";
import { errorCode, isRefusal, reasonOf } from "../zookeeper-error.js";
import type { ResolvedZookeeperOptions } from "../zookeeper-options.js";
import { Follower } from "./follower.js";

/** What a store lends those that follow. */
export interface FollowTools {
  readonly session: Session;
  readonly nodes: Nodes;
  readonly options: ResolvedZookeeperOptions;
}

/** Feeds what a folder has. */
export function followFolder(
  path: string,
  hasValues: boolean,
  feed: EntryFeed,
  tools: FollowTools,
): Follower {
  const folder = new Folder(path, hasValues, tools);
  return new Follower({
    ...tools,
    read: async (watcher) => feed.replace(await folder.read(watcher)),
    onChange: (changed) => folder.noteChange(changed),
    onLive: () => feed.setState("live"),
    onStale: (reason) => feed.setState("stale", reason),
  });
}

/** One entry, under the name `value` of a feed. */
export function followNode(path: string, feed: EntryFeed, tools: FollowTools): Follower {
  return new Follower({
    ...tools,
    read: async (watcher) => {
      const node = await tools.nodes.get(path, watcher);
      feed.replace(node === undefined ? [] : [["value", node.value]]);
    },
    onLive: () => feed.setState("live"),
    onStale: (reason) => feed.setState("stale", reason),
  });
}

/** What was read of a folder, and what of it has to be read again. */
class Folder {
  readonly #path: string;
  readonly #hasValues: boolean;
  readonly #nodes: Nodes;
  readonly #skipped: SkippedEntries;
  readonly #values = new Map<string, string>();
  /** Names whose values have to be read. */
  readonly #unread = new Set<string>();
  #isListRead = false;

  constructor(path: string, hasValues: boolean, { nodes, options }: FollowTools) {
    this.#path = path;
    this.#hasValues = hasValues;
    this.#nodes = nodes;
    this.#skipped = new SkippedEntries(options.name, options.logger);
  }

  noteChange(path: string): void {
    if (path === this.#path) this.#isListRead = false;
    else this.#unread.add(path.slice(this.#path.length + 1));
  }

  /** Reads what has changed, or throws: then everything has to be read. */
  async read(watcher: Watcher): Promise<ReadonlyMap<string, string>> {
    try {
      if (!this.#isListRead) await this.#readNames(watcher);
      await Promise.all([...this.#unread].map((name) => this.#readValue(name, watcher)));
      return this.#values;
    } catch (cause) {
      this.#isListRead = false;
      if (this.#hasValues) this.#values.clear();
      throw cause;
    }
  }

  async #readNames(watcher: Watcher): Promise<void> {
    this.#isListRead = true;
    const names = new Set(await this.#nodes.children(this.#path, watcher));
    for (const known of [this.#values, this.#unread]) {
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    }
    for (const name of names) {
      if (!this.#hasValues) this.#values.set(name, "");
      else if (!this.#values.has(name)) this.#unread.add(name);
    }
  }

  async #readValue(name: string, watcher: Watcher): Promise<void> {
    // Before the reading begins: what changes after it is to be read again.
    this.#unread.delete(name);
    const node = await this.#nodes.getExisting(`${this.#path}/${name}`, watcher).catch((cause) => {
      // What is not for us to see is no reason to see nothing.
      if (!isRefusal(cause, errorCode.noAuth)) throw cause;
      this.#skipped.note(`${this.#path}/${name}`, reasonOf(cause));
      return undefined;
    });
    // One that has gone meanwhile is told of by the watch on the list.
    if (node === undefined) this.#values.delete(name);
    else this.#values.set(name, node.value);
  }
}
