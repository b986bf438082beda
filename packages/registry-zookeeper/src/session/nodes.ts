/** What a registry does with the nodes of ZooKeeper. Paths are absolute; a watcher is called once. */
import {
  type NodeState,
  operation,
  type Permission,
  readNodeState,
  writeCreate,
} from "../wire/protocol.js";
import type { RecordReader } from "../wire/record-reader.js";
import { errorCode, isRefusal, ZookeeperError } from "../zookeeper-error.js";
import type { Session } from "./session.js";
import type { Watcher } from "./watch-table.js";

/** A node with its value. */
export interface Node extends NodeState {
  readonly value: string;
}

export class Nodes {
  readonly #session: Session;
  readonly #acl: readonly Permission[];
  /** Folders that are being made. */
  readonly #making = new Map<string, Promise<void>>();

  constructor(session: Session, acl: readonly Permission[]) {
    this.#session = session;
    this.#acl = acl;
  }

  /** Names of the children, unordered; undefined if there is no such node, which is watched for then. */
  async children(path: string, watcher: Watcher): Promise<readonly string[] | undefined> {
    const { watches } = this.#session;
    for (;;) {
      const names = await this.#ask(operation.getChildren, path, true, (reader) => {
        watches.arm("child", path, watcher);
        return reader.list(() => reader.text());
      });
      if (names !== undefined || !(await this.#exists(path, watcher))) return names;
    }
  }

  /** The node; undefined if there is none, which is watched for then if `watcher` is given. */
  async get(path: string, watcher?: Watcher): Promise<Node | undefined> {
    const { watches } = this.#session;
    for (;;) {
      const node = await this.#ask(operation.getData, path, watcher !== undefined, (reader) => {
        if (watcher !== undefined) watches.arm("data", path, watcher);
        return { value: reader.bytes().toString("utf8"), ...readNodeState(reader) };
      });
      if (node !== undefined || watcher === undefined) return node;
      if (!(await this.#exists(path, watcher))) return undefined;
    }
  }

  /** The node, watched; undefined if there is none, which is not watched. */
  getExisting(path: string, watcher: Watcher): Promise<Node | undefined> {
    const { watches } = this.#session;
    return this.#ask(operation.getData, path, true, (reader) => {
      watches.arm("data", path, watcher);
      return { value: reader.bytes().toString("utf8"), ...readNodeState(reader) };
    });
  }

  /** Makes a node, with the folders it needs. @throws ZookeeperError, also if there is one. */
  async create(path: string, value: string, isEphemeral: boolean): Promise<void> {
    try {
      await this.#create(path, value, isEphemeral);
    } catch (cause) {
      if (!isRefusal(cause, errorCode.noNode)) throw cause;
      await this.#makeFolder(path.slice(0, path.lastIndexOf("/")));
      await this.#create(path, value, isEphemeral);
    }
  }

  /** @throws ZookeeperError if there is none, or it has another version; -1 stands for any. */
  async set(path: string, value: string, version: number): Promise<void> {
    await this.#session.request(
      operation.setData,
      (writer) => writer.text(path).text(value).int(version),
      (code) => check(code, path),
    );
  }

  /** Removes a node, if there is one. */
  async delete(path: string): Promise<void> {
    await this.#session.request(
      operation.delete,
      (writer) => writer.text(path).int(-1),
      (code) => {
        if (code !== errorCode.noNode) check(code, path);
      },
    );
  }

  async #create(path: string, value: string, isEphemeral: boolean): Promise<void> {
    await this.#session.request(
      operation.create,
      (writer) => writeCreate(writer, path, value, this.#acl, isEphemeral),
      (code) => check(code, path),
    );
  }

  #makeFolder(path: string): Promise<void> {
    let making = this.#making.get(path);
    if (making === undefined) {
      making = this.create(path, "", false)
        .catch((cause) => {
          if (!isRefusal(cause, errorCode.nodeExists)) throw cause;
        })
        .finally(() => this.#making.delete(path));
      this.#making.set(path, making);
    }
    return making;
  }

  /** Whether there is such a node; watched for either way. */
  #exists(path: string, watcher: Watcher): Promise<boolean> {
    const { watches } = this.#session;
    return this.#session.request(
      operation.exists,
      (writer) => writer.text(path).flag(true),
      (code) => {
        if (code !== errorCode.noNode) check(code, path);
        // A node that is there was looked for to learn of its coming: whoever asks reads it now.
        if (code !== 0) watches.arm("exist", path, watcher);
        return code === 0;
      },
    );
  }

  /** Reads something of a node; undefined if there is none. */
  #ask<T>(
    type: number,
    path: string,
    isWatched: boolean,
    read: (reader: RecordReader) => T,
  ): Promise<T | undefined> {
    return this.#session.request(
      type,
      (writer) => writer.text(path).flag(isWatched),
      (code, reader) => {
        if (code === errorCode.noNode) return undefined;
        check(code, path);
        return read(reader);
      },
    );
  }
}

function check(code: number, path: string): void {
  if (code !== 0) throw new ZookeeperError(code, path);
}
