import type { WireError } from "../../../src/client/wire-error.js";
import type { ConnectionWaiter } from "../../../src/connection/connection-waiter.js";
import type { PooledConnection } from "../../../src/connection/pooled-connection.js";
import { type SentRequest, send } from "./requests.js";

/** A caller that sends a request as soon as it may. */
export class RecordingWaiter implements ConnectionWaiter {
  readonly isPatient: boolean;
  connection: PooledConnection | undefined;
  sent: SentRequest | undefined;
  error: WireError | undefined;

  constructor({ isPatient = false } = {}) {
    this.isPatient = isPatient;
  }

  /** What became of it so far. */
  get state(): string {
    if (this.error !== undefined) return `${this.error.outcome}: ${this.error.rawMessage}`;
    return this.sent === undefined ? "waiting" : "served";
  }

  onConnection(connection: PooledConnection): void {
    this.connection = connection;
    this.sent = send(connection);
  }

  onFailure(error: WireError): void {
    this.error = error;
  }
}

/** How many of `waiters` are in which state. */
export function countStates(waiters: readonly RecordingWaiter[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of waiters) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
