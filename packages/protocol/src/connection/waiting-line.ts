import type { WireError } from "../client/wire-error.js";
import type { ConnectionWaiter } from "./connection-waiter.js";
import type { PooledConnection } from "./pooled-connection.js";

/** Those who wait for a connection, first come, first served. */
export class WaitingLine {
  readonly #waiting = new Set<ConnectionWaiter>();
  readonly #onThrown: (error: unknown) => void;

  /** What a waiter throws goes to `onThrown`, and harms no other. */
  constructor(onThrown: (error: unknown) => void) {
    this.#onThrown = onThrown;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(waiter: ConnectionWaiter): void {
    this.#waiting.add(waiter);
  }

  delete(waiter: ConnectionWaiter): boolean {
    return this.#waiting.delete(waiter);
  }

  /** Serves from the front while `find` has something to hand out. */
  serve(find: () => PooledConnection | undefined): void {
    for (const waiter of this.#waiting) {
      const connection = find();
      if (connection === undefined) return;
      this.#waiting.delete(waiter);
      this.#call(() => waiter.onConnection(connection));
    }
  }

  /** Sends all away, or those that `which` picks, each with an error of its own, as callers put their history into it. */
  fail(makeError: () => WireError, which: (waiter: ConnectionWaiter) => boolean = everybody): void {
    for (const waiter of [...this.#waiting].filter(which)) {
      if (!this.#waiting.delete(waiter)) continue; // the one before took it along
      this.#call(() => waiter.onFailure(makeError()));
    }
  }

  #call(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#onThrown(error);
    }
  }
}

const everybody = () => true;
