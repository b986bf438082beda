/**
 * Opens one connection: resolver, TCP, TLS if asked for, and the peer's SETTINGS, in one bound of time.
 *
 * A connection counts as open when the peer's SETTINGS are in, and it is still open when all that came with them has been
 * read. So a peer that accepts and hangs up, speaks another protocol, or sends everybody away has provably seen no
 * request.
 */
import { isIP } from "node:net";
import type { CancelTimer } from "@thrice/core";
import type { ConnectionEnd, Http2Clock } from "@thrice/http2";
import { errorOfAddresses, errorOfEnd } from "../pool-error.js";
import {
  type ConnectionOwner,
  PooledConnection,
  type PooledHttp2Options,
} from "../pooled-connection.js";
import type { Network, PoolSocket } from "./network.js";
import { interleaveFamilies, raceAddresses } from "./race-addresses.js";
import type { Target } from "./target.js";

/** How to connect. */
export interface DialOptions {
  readonly target: Target;
  readonly network: Network;
  readonly connectTimeoutMs: number;
  readonly addressDelayMs: number;
  readonly http2: PooledHttp2Options;
  /** Its timers need not keep the process alive: sockets do. */
  readonly clock: Http2Clock;
  /** Told of each socket. */
  onSocket(socket: PoolSocket): void;
  /** Takes the connection; called at most once, and not with `onFailed`. */
  onOpen(connection: PooledConnection): void;
  /** Takes the reason why there is none. */
  onFailed(error: Error): void;
  /** Told of mistakes in the code above. */
  onThrown(error: unknown): void;
}

/** A connection in the making. */
export class Dial implements ConnectionOwner {
  readonly #options: DialOptions;
  readonly #sockets = new Set<PoolSocket>();
  #undoTimer: CancelTimer | undefined;
  #stopRace: (() => void) | undefined;
  #holdsProcess = true;
  #isOver = false;

  constructor(options: DialOptions) {
    this.#options = options;
  }

  /** Begins. */
  start(): void {
    const { target, network, connectTimeoutMs, clock } = this.#options;
    this.#undoTimer = clock.setTimer(connectTimeoutMs, () => {
      this.#fail(new Error(`no answer within connectTimeoutMs ${connectTimeoutMs}`));
    });
    if ("path" in target || isIP(target.host) !== 0) {
      this.#race([target]);
      return;
    }
    const done = (error: Error | null, addresses: readonly string[]) => {
      if (error !== null) this.#fail(error);
      else this.#race(interleaveFamilies(addresses).map((host) => ({ host, port: target.port })));
    };
    try {
      network.lookup(target.host, done);
    } catch (error) {
      queueMicrotask(() => this.#fail(error as Error));
    }
  }

  /** Says whether somebody waits; if not, the process may end before the dial does. */
  holdProcess(holds: boolean): void {
    if (holds === this.#holdsProcess) return;
    this.#holdsProcess = holds;
    for (const socket of this.#sockets) holds ? socket.ref() : socket.unref();
  }

  /** Gives up; nothing is called back any more. */
  abort(): void {
    this.#end();
    for (const socket of this.#sockets) socket.destroy();
  }

  onSettings(connection: PooledConnection): void {
    // What came in the same piece as the SETTINGS has not been read yet.
    queueMicrotask(() => {
      if (this.#isOver || !connection.isOpen) return;
      this.#end();
      this.#options.onOpen(connection);
    });
  }

  onGoaway(): void {
    // Without streams the connection ends with it, and onClose follows.
  }

  onClose(_connection: PooledConnection, end: ConnectionEnd): void {
    this.#fail(errorOfEnd(end));
  }

  onRoom(): void {
    // Nobody has the connection yet.
  }

  onThrown(error: unknown): void {
    this.#options.onThrown(error);
  }

  #race(targets: readonly Target[]): void {
    if (this.#isOver) return;
    if (targets.length === 0) {
      this.#fail(new Error("the name has no address"));
      return;
    }
    const { addressDelayMs, clock } = this.#options;
    this.#stopRace = raceAddresses({
      targets,
      addressDelayMs,
      clock,
      open: (target) => this.#open(target),
      onWon: (socket) => this.#begin(socket),
      onLost: (errors) => this.#fail(errorOfAddresses(errors)),
    });
  }

  #open(target: Target): PoolSocket {
    const socket = this.#options.network.connect(target);
    if (!this.#holdsProcess) socket.unref();
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#options.onSocket(socket);
    return socket;
  }

  #begin(socket: PoolSocket): void {
    try {
      new PooledConnection(socket, this.#options.http2, this);
    } catch (error) {
      this.#fail(error as Error); // a wrong option of HTTP/2, which nobody looks at before
    }
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.abort();
    this.#options.onFailed(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#undoTimer?.();
    this.#stopRace?.();
  }
}
