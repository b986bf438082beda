/** How many connections a server has, and how old they get. */
import type http from "node:http";
import type { Socket } from "node:net";
import { type Clock, type Logger, logQuietly, Timer } from "@thrice/core";
import type { Http2ServerConnection } from "@thrice/http2";

/** Limits of connections; what is unset is not limited. */
export interface ConnectionLimitOptions {
  /** Connections at once; further ones are closed as they come. */
  readonly maxConnections?: number | undefined;
  /** Age at which a connection is closed without losing a call, in milliseconds, give or take a tenth; 0 never. */
  readonly maxConnectionAgeMs?: number | undefined;
  /** How long calls may go on then, in milliseconds; as long as they take if unset. */
  readonly connectionAgeGraceMs?: number | undefined;
  /** Least time between PING frames while the caller is sent nothing, in milliseconds; 0 for the usual rate. */
  readonly minPingIntervalMs?: number | undefined;
  /** Draws from 0 up to, but not including, 1. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined;
}

export class ConnectionLimits {
  /** Connections that were closed as they came. */
  refused = 0;
  readonly #options: ConnectionLimitOptions;
  readonly #clock: Clock;
  /** Those whose age matters. */
  readonly #ages = new Map<unknown, Age>();

  constructor(options: ConnectionLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Closes connections beyond the limit before anything is read from them, or a handshake begins. */
  guard(server: http.Server, logger: Logger): void {
    const { maxConnections } = this.#options;
    if (maxConnections === undefined) return;
    server.maxConnections = maxConnections;
    server.on("drop", () => {
      this.refused++;
      logQuietly(() => logger.debugf("connection closed: %d are open already", maxConnections));
    });
  }

  /** Begins to count the age of a connection, which closes when it is too old. */
  watch(socket: Socket, connection: Http2ServerConnection | "http1"): void {
    const { maxConnectionAgeMs = 0, connectionAgeGraceMs, random = Math.random } = this.#options;
    if (maxConnectionAgeMs === 0) return;
    const age = new Age(socket, connection, connectionAgeGraceMs, this.#clock);
    this.#ages.set(socket, age);
    this.#clock.start(age, maxConnectionAgeMs * (0.9 + 0.2 * random()));
  }

  /** The connection is closed. */
  forget(socket: unknown): void {
    const age = this.#ages.get(socket);
    if (age === undefined) return;
    this.#clock.stop(age);
    this.#ages.delete(socket);
  }

  /** Whether an HTTP/1.1 connection is so old that the answer under way should be its last. */
  isTooOld(socket: Socket): boolean {
    return this.#ages.get(socket)?.isOver ?? false;
  }
}

/** Shape: young → too old, and closing → cut off, if there is a bound. */
class Age extends Timer {
  isOver = false;
  readonly #socket: Socket;
  readonly #connection: Http2ServerConnection | "http1";
  readonly #graceMs: number | undefined;
  readonly #clock: Clock;

  constructor(
    socket: Socket,
    connection: Http2ServerConnection | "http1",
    graceMs: number | undefined,
    clock: Clock,
  ) {
    super();
    this.#socket = socket;
    this.#connection = connection;
    this.#graceMs = graceMs;
    this.#clock = clock;
  }

  fire(): void {
    if (this.isOver) {
      if (this.#connection === "http1") this.#socket.destroy();
      else this.#connection.destroy();
      return;
    }
    this.isOver = true;
    // HTTP/1.1 has no way to say goodbye but in an answer.
    if (this.#connection !== "http1") this.#connection.close();
    if (this.#graceMs !== undefined) this.#clock.start(this, this.#graceMs);
  }
}
