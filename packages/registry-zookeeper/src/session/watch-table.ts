import { eventType, type WatchedPaths } from "../wire/protocol.js";

/** What a watch is for: the value of a node, its coming into being, or the names of its children. */
export type WatchKind = keyof WatchedPaths;

/** Hears that a node has changed. */
export type Watcher = (path: string) => void;

/** The watches that the server has of this session, and whom each tells. A watch fires once, and is gone. */
export class WatchTable {
  readonly #armed: Record<WatchKind, Map<string, Set<Watcher>>> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
  };

  arm(kind: WatchKind, path: string, watcher: Watcher): void {
    const all = this.#armed[kind].get(path) ?? new Set();
    this.#armed[kind].set(path, all.add(watcher));
  }

  /** Forgets one that nobody needs any more: what the server still has of it fires into the void. */
  drop(watcher: Watcher): void {
    for (const byPath of Object.values(this.#armed)) {
      for (const [path, all] of byPath) {
        if (all.delete(watcher) && all.size === 0) byPath.delete(path);
      }
    }
  }

  /** Takes an event of the server's. */
  fire(type: number, path: string): void {
    for (const kind of kindsOf[type] ?? []) {
      const all = this.#armed[kind].get(path) ?? [];
      this.#armed[kind].delete(path);
      for (const watcher of all) watcher(path);
    }
  }

  /** Fires all: the server has forgotten them. */
  fireAll(): void {
    for (const byPath of Object.values(this.#armed)) {
      const all = [...byPath];
      byPath.clear();
      for (const [path, watchers] of all) for (const watcher of watchers) watcher(path);
    }
  }

  /** The paths of all, in portions that fit into one request each. */
  *portions(maxBytes: number): Generator<WatchedPaths> {
    let portion: Record<WatchKind, string[]> = { data: [], exist: [], child: [] };
    let bytes = 0;
    for (const kind of ["data", "exist", "child"] as const) {
      for (const path of this.#armed[kind].keys()) {
        const length = 4 + Buffer.byteLength(path);
        if (bytes + length > maxBytes && bytes > 0) {
          yield portion;
          portion = { data: [], exist: [], child: [] };
          bytes = 0;
        }
        portion[kind].push(path);
        bytes += length;
      }
    }
    if (bytes > 0) yield portion;
  }
}

/** @see org.apache.zookeeper.ZKWatchManager.materialize */
const kindsOf: Readonly<Record<number, readonly WatchKind[]>> = {
  [eventType.created]: ["data", "exist"],
  [eventType.deleted]: ["data", "exist", "child"],
  [eventType.dataChanged]: ["data", "exist"],
  [eventType.childrenChanged]: ["child"],
};
