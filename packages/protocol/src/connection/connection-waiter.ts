import type { WireError } from "../client/wire-error.js";
import type { PooledConnection } from "./pooled-connection.js";

/** Waits for a connection. An object of the caller's own, usually the call itself, so that waiting allocates nothing. */
export interface ConnectionWaiter {
  /** Whether to wait for the next dial even if that is long in coming, because no other endpoint can serve the call. */
  readonly isPatient?: boolean;
  /** Takes a connection that has room for one stream, if it is begun before this returns. */
  onConnection(connection: PooledConnection): void;
  /** Takes the reason why there is none. */
  onFailure(error: WireError): void;
}

/** A connection to come. */
export interface PendingConnection {
  /**
   * Rejects with a `WireError`. Never settles once abandoned. The connection keeps room for one stream until the turn of
   * the event loop is over.
   */
  readonly connection: Promise<PooledConnection>;
  /** Leaves the queue; does nothing if the promise has settled. */
  abandon(): void;
}

/** Makes a waiter that settles a promise. */
export function promisingWaiter(isPatient: boolean) {
  const { promise, resolve, reject } = Promise.withResolvers<PooledConnection>();
  const waiter: ConnectionWaiter = {
    isPatient,
    onConnection(connection) {
      connection.reserve(); // others may be served before the promise's reader goes on
      resolve(connection);
    },
    onFailure: reject,
  };
  return { promise, waiter };
}
