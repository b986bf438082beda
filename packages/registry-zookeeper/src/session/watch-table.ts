import { eventType, type WatchedPaths } from "../wire/protocol.js";

/** What a watch is for: the value of a node, its coming into being, or the names of its children. */
export type WatchKind = keyof WatchedPaths;

/** The watches that the server has of this session, and whom each wakes. A watch fires once, and is gone. */
export class WatchTable {
  readonly #armed: Record<WatchKind, Map<string, Set<() => void>>> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
  };

  arm(kind: WatchKind, path: string, fire: () => void): void {
    const all = this.#armed[kind].get(path) ?? new Set();
    this.#armed[kind].set(path, all.add(fire));
  }

  /** Whom nobody needs to wake any more: what the server still has fires into the void. */
  disarm(kind: WatchKind, path: string, fire: () => void): void {
    const all = this.#armed[kind].get(path);
    if (all?.delete(fire) && all.size === 0) this.#armed[kind].delete(path);
  }

  /** Takes an event of the server's. */
  fire(type: number, path: string): void {
    for (const kind of kindsOf[type] ?? []) {
      const all = this.#armed[kind].get(path) ?? [];
      this.#armed[kind].delete(path);
      for (const fire of all) fire();
    }
  }

  /** Fires all: the server has forgotten them. */
  fireAll(): void {
    for (const byPath of Object.values(this.#armed)) {
      const all = [...byPath.values()];
      byPath.clear();
      for (const fires of all) for (const fire of fires) fire();
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
