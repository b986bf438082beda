/** The connections that take requests. Hot path: see connection-pool.ts. */
import type { PooledConnection } from "./pooled-connection.js";

/** Open connections, oldest first. */
export class OpenConnections {
  readonly #connections: PooledConnection[] = [];
  #current: PooledConnection | undefined;

  get count(): number {
    return this.#connections.length;
  }

  /** Streams that the peer allows on the newest connection; 0 if there is none. */
  get streamLimit(): number {
    return this.#connections.at(-1)?.streamLimit ?? 0;
  }

  /** One with room for a stream: the one in use as long as it has room, so that the others come to rest. */
  find(): PooledConnection | undefined {
    const current = this.#current;
    if (current?.hasRoom) return current;
    this.#current = this.#connections.find((connection) => connection.hasRoom);
    return this.#current;
  }

  /** Those that take no more requests, though nothing was heard of it: they have used up their stream numbers. */
  usedUp(): readonly PooledConnection[] {
    return this.#connections.filter((connection) => !connection.isOpen);
  }

  all(): readonly PooledConnection[] {
    return [...this.#connections];
  }

  add(connection: PooledConnection): void {
    this.#connections.push(connection);
  }

  /** Takes one out, and says whether it was in. */
  remove(connection: PooledConnection): boolean {
    const at = this.#connections.indexOf(connection);
    if (at < 0) return false;
    this.#connections.splice(at, 1);
    if (this.#current === connection) this.#current = undefined;
    return true;
  }
}
