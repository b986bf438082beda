/**
 * A session, kept across connections: when one breaks, another server is tried, with pauses drawn at random, and the session
 * goes on with its ephemeral nodes and its watches. If the servers say that it is over, a new one is begun.
 */
import type { TcpAddress } from "@thrice/core";
import { Pacer, Reachability } from "@thrice/registry-dubbo";
import {
  fixedXid,
  operation,
  type SessionTicket,
  writeAuth,
  writeSetWatches,
} from "../wire/protocol.js";
import type { RecordReader } from "../wire/record-reader.js";
import type { RecordWriter } from "../wire/record-writer.js";
import { reasonOf, ZookeeperError } from "../zookeeper-error.js";
import type { ResolvedZookeeperOptions } from "../zookeeper-options.js";
import { Connection, OpenError } from "./connection.js";
import { WatchTable } from "./watch-table.js";

/** Paths in one request to set watches again, in bytes: an eighth of what servers take. */
const portionBytes = 128 * 1024;

/** Longest time that the end of a session waits for the server, in milliseconds. */
const closeMs = 1_000;

/** Time that a connection has to last for the next failure to count as a first one, in milliseconds. */
const soundMs = 1_000;

/** Longest time that a connection may take to be of use, in milliseconds. */
const longestOpenMs = 4_000;

/** Hears how the session fares. */
export interface SessionListener {
  /** The session can be used. If it is new, everything ephemeral is gone, and all watches have fired. */
  onUp(isNew: boolean): void;
  /** It cannot, for now. Told again with each failed try. */
  onDown(reason: string): void;
}

export class Session {
  readonly watches = new WatchTable();
  readonly #options: ResolvedZookeeperOptions;
  readonly #reachability: Reachability;
  readonly #listeners = new Set<SessionListener>();
  readonly #places: readonly TcpAddress[];
  readonly #pacer: Pacer;
  readonly #closed = Promise.withResolvers<void>();
  #up = Promise.withResolvers<void>();
  #connection: Connection | undefined;
  #isUp = false;
  #isClosed = false;
  #downReason = "";
  #next = 0;
  #ticket: SessionTicket | undefined;
  #lastZxid = 0n;
  /** Servers in a row that have turned us away. */
  #turnedAway = 0;

  constructor(options: ResolvedZookeeperOptions) {
    const { name, logger, clock, random, members } = options;
    this.#options = options;
    this.#reachability = new Reachability(name, logger);
    this.#pacer = new Pacer(clock, random);
    this.#places = shuffle(members, random);
    void this.#run();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Number of the session; 0 while there is none. */
  get id(): bigint {
    return this.#ticket?.id ?? 0n;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Why it is not up; empty while nothing has failed. */
  get downReason(): string {
    return this.#downReason;
  }

  /** Resolves when it is up, or closed for good. */
  untilUp(): Promise<void> {
    return this.#isUp || this.#isClosed ? Promise.resolve() : this.#up.promise;
  }

  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a request, as `Connection.request`; rejects at once while there is no connection. */
  async request<T>(
    type: number,
    write: (writer: RecordWriter) => void,
    settle: (code: number, reader: RecordReader) => T,
  ): Promise<T> {
    if (!this.#isUp || this.#connection === undefined) {
      throw new Error(this.#downReason === "" ? "not connected yet" : this.#downReason);
    }
    return this.#connection.request(type, write, settle);
  }

  /** Ends the session, and with it what is ephemeral. Safe to call again. Never rejects. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#pacer.wake();
      const connection = this.#connection;
      if (connection !== undefined) await this.#endSession(connection);
      this.#up.resolve();
    }
    await this.#closed.promise;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const isOver = await this.#useNextPlace();
        if (isOver) continue;
      } catch (cause) {
        const reason = reasonOf(cause);
        if (!this.#isClosed) this.#reachability.noteFailure(reason);
        this.#goDown(reason);
      }
      if (!this.#isClosed) await this.#pacer.afterFailure();
    }
    this.#up.resolve();
    this.#closed.resolve();
  }

  /** Resolves when the connection has ended: with true if the session was over. Rejects if it could not be used. */
  async #useNextPlace(): Promise<boolean> {
    const { clock, sessionTimeoutMs, tls } = this.#options;
    // Servers that know less than we do, since they have begun anew, turn us away for ever: then we know nothing.
    const isRewound = this.#turnedAway >= this.#places.length;
    const place = this.#places[this.#next++ % this.#places.length] as TcpAddress;
    const connection = new Connection({
      place,
      tls,
      clock,
      ticket: this.#ticket,
      timeoutMs: sessionTimeoutMs,
      lastZxid: isRewound ? 0n : this.#lastZxid,
      openMs: Math.min(longestOpenMs, Math.max(1_000, sessionTimeoutMs / this.#places.length)),
      onZxid: (zxid) => {
        this.#lastZxid = zxid;
      },
      onEvent: (type, path) => this.watches.fire(type, path),
    });
    this.#connection = connection;
    try {
      const welcome = await connection.opened;
      this.#turnedAway = 0;
      if (welcome.timeoutMs === 0) {
        if (this.#ticket === undefined) throw new Error("the server gives no session");
        this.#ticket = undefined;
        this.#lastZxid = 0n;
        return true;
      }
      const isNew = this.#ticket === undefined;
      this.#ticket = welcome;
      await this.#signIn(connection);
      if (isNew || isRewound) {
        this.#lastZxid = 0n;
        this.watches.fireAll();
      } else {
        await this.#setWatches(connection);
      }
      const sinceMs = clock.nowMs();
      this.#goUp(isNew);
      this.#goDown(await connection.ended);
      if (clock.nowMs() - sinceMs >= soundMs) this.#pacer.noteSuccess();
      return false;
    } catch (cause) {
      if (cause instanceof OpenError && cause.wasTurnedAway) this.#turnedAway++;
      throw cause;
    } finally {
      connection.end("it is no longer needed");
    }
  }

  async #signIn(connection: Connection): Promise<void> {
    const { user } = this.#options;
    if (user === undefined) return;
    await connection.request(
      operation.auth,
      (writer) => writeAuth(writer, "digest", `${user.name}:${user.password}`),
      (code) => {
        if (code !== 0) throw new ZookeeperError(code, `user ${user.name}`);
      },
      fixedXid.auth,
    );
  }

  /** The server fires those at once whose nodes have changed since the last change that we know of. */
  async #setWatches(connection: Connection): Promise<void> {
    const since = this.#lastZxid;
    for (const paths of [...this.watches.portions(portionBytes)]) {
      await connection.request(
        operation.setWatches,
        (writer) => writeSetWatches(writer, since, paths),
        (code) => {
          if (code !== 0) throw new ZookeeperError(code, "watches");
        },
        fixedXid.setWatches,
      );
    }
  }

  #goUp(isNew: boolean): void {
    if (this.#isClosed) return;
    this.#isUp = true;
    this.#downReason = "";
    this.#reachability.noteSuccess();
    this.#up.resolve();
    for (const { onUp } of [...this.#listeners]) onUp(isNew);
  }

  #goDown(reason: string): void {
    if (this.#isUp) this.#up = Promise.withResolvers();
    this.#isUp = false;
    this.#downReason = reason;
    if (this.#isClosed) return;
    for (const { onDown } of [...this.#listeners]) onDown(reason);
  }

  async #endSession(connection: Connection): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const undo = this.#options.clock.setTimer(closeMs, resolve);
    const goodbye = this.#isUp
      ? connection.request(
          operation.closeSession,
          () => {},
          () => {},
        )
      : Promise.resolve();
    await Promise.race([goodbye.catch(() => {}), late]);
    undo();
    connection.end("it is no longer needed");
  }
}

function shuffle<T>(values: readonly T[], random: () => number): T[] {
  const shuffled = [...values];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
  }
  return shuffled;
}
