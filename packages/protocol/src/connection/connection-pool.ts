/**
 * The HTTP/2 connections to one endpoint.
 *
 * Shape: a connection is being dialled → open → leaving (after a GOAWAY, or once its stream numbers are used up) → gone.
 * Only open ones are handed out; one that leaves finishes its streams undisturbed. Callers that cannot be served wait in
 * one line, and whatever may have changed their lot ends in `#advance`, once per turn. Nothing is dialled unless a caller
 * waits.
 *
 * Hot path. Measured on Node.js 24: `take` 10 ns; what the pool adds to a request and its end 55 ns, most of it `ref` and
 * `unref` of the socket, or 15 ns while another stream is open. Idle times and keepalive cost nothing per call.
 */
import type { CancelTimer } from "@thrice/core";
import { type ConnectionEnd, ErrorCode } from "@thrice/http2";
import {
  type ConnectionWaiter,
  type PendingConnection,
  promisingWaiter,
} from "./connection-waiter.js";
import { decideDials } from "./dial/decide-dials.js";
import { Dial } from "./dial/dial.js";
import { type Network, systemNetwork } from "./dial/network.js";
import { OpenSockets } from "./dial/open-sockets.js";
import { ReconnectBackoff } from "./dial/reconnect-backoff.js";
import { formatTarget } from "./dial/target.js";
import { OpenConnections } from "./open-connections.js";
import { clientClosed, connectFailed, errorOfEnd } from "./pool-error.js";
import {
  type ConnectionPoolOptions,
  type ResolvedPoolOptions,
  resolvePoolOptions,
} from "./pool-options.js";
import type { ConnectionOwner, PooledConnection } from "./pooled-connection.js";
import { WaitingLine } from "./waiting-line.js";
import { watchIdle } from "./watch/idle-watch.js";
import { type KeepalivePace, keepAlive, slowDown } from "./watch/keepalive.js";

export type { ConnectionPoolOptions } from "./pool-options.js";

/** Connections of one endpoint. */
export class ConnectionPool {
  /** `host:port` or `unix:path`, for errors and logs. */
  readonly peer: string;
  readonly #options: ResolvedPoolOptions;
  readonly #network: Network;
  readonly #backoff: ReconnectBackoff;
  readonly #pace: KeepalivePace;
  readonly #sockets = new OpenSockets();
  readonly #open = new OpenConnections();
  readonly #leaving = new Set<PooledConnection>();
  readonly #dials = new Set<Dial>();
  readonly #waiting: WaitingLine;
  readonly #owner: ConnectionOwner = this.#newOwner();
  #lastError = new Error("never tried");
  #undoPause: CancelTimer | undefined;
  #isAdvanceDue = false;
  #isClosed = false;

  /** `network` is for tests. @throws RangeError or TypeError if an option is wrong. */
  constructor(options: ConnectionPoolOptions, network: Network = systemNetwork) {
    this.#options = resolvePoolOptions(options);
    this.#network = network;
    this.#backoff = new ReconnectBackoff(this.#options);
    this.#waiting = new WaitingLine(this.#options.onThrown);
    const { target, keepaliveIntervalMs, keepaliveRepeatMs, keepaliveTimeoutMs } = this.#options;
    this.peer = formatTarget(target);
    this.#pace = {
      intervalMs: keepaliveIntervalMs,
      repeatMs: keepaliveRepeatMs,
      timeoutMs: keepaliveTimeoutMs,
    };
  }

  /** Connections that are open, those included that only finish their streams. */
  get openConnections(): number {
    return this.#open.count + this.#leaving.size;
  }

  /** An open connection with room for one stream, to be begun at once; `undefined` if there is none. */
  take(): PooledConnection | undefined {
    return this.#waiting.size > 0 ? undefined : this.#open.find();
  }

  /**
   * Puts `waiter` at the end of the line. It is called back once, and not before this returns, unless it is abandoned.
   *
   * It fails with outcome `connect-failed` if a dial fails and no connection is left, or if the pause after a failed dial
   * is too long to be waited for; with `rejected` once the pool is closed.
   */
  wait(waiter: ConnectionWaiter): void {
    this.#waiting.add(waiter);
    this.#holdProcess(true);
    this.#advanceSoon();
  }

  /** Takes `waiter` out of the line. A dial that it waited for goes on, but does not keep the process alive. */
  abandon(waiter: ConnectionWaiter): void {
    if (this.#waiting.delete(waiter)) this.#restIfUnwanted();
  }

  /** As {@link ConnectionPool.wait}, with a promise. */
  connect({ isPatient = false } = {}): PendingConnection {
    const { promise, waiter } = promisingWaiter(isPatient);
    this.wait(waiter);
    return { connection: promise, abandon: () => this.abandon(waiter) };
  }

  /** Lets the next dial start at once: there is news that the endpoint is well. */
  forgetFailures(): void {
    this.#backoff.reset();
    this.#endPause();
    this.#advanceSoon();
  }

  /** Refuses callers from now on, lets streams finish, and resolves when all sockets are closed. */
  drain(): Promise<void> {
    return this.#end((connection) => connection.close());
  }

  /** Refuses callers from now on, ends all streams as `closed-here`, and resolves when all sockets are closed. */
  close(): Promise<void> {
    return this.#end((connection) => {
      const code = connection.activeStreams > 0 ? ErrorCode.CANCEL : ErrorCode.NO_ERROR;
      connection.destroy(code, "the client is closed");
    });
  }

  #end(finish: (connection: PooledConnection) => void): Promise<void> {
    this.#isClosed = true;
    for (const dial of this.#dials) dial.abort();
    this.#dials.clear();
    this.#endPause();
    for (const connection of this.#open.all()) this.#leave(connection);
    for (const connection of [...this.#leaving]) {
      connection.pin();
      finish(connection);
    }
    this.#advanceSoon();
    return this.#sockets.allClosed();
  }

  #advanceSoon(): void {
    if (this.#isAdvanceDue || this.#waiting.size === 0) return;
    this.#isAdvanceDue = true;
    queueMicrotask(() => {
      this.#isAdvanceDue = false;
      this.#advance();
    });
  }

  /** Serves who can be served, and dials for the others. */
  #advance(): void {
    if (this.#isClosed) this.#waiting.fail(clientClosed);
    for (const connection of this.#open.usedUp()) {
      this.#leave(connection);
      connection.close();
    }
    this.#waiting.serve(() => this.#open.find());
    this.#dialAsNeeded();
    this.#restIfUnwanted();
  }

  #dialAsNeeded(): void {
    const { clock, maxBackoffWaitMs, maxConnections } = this.#options;
    const pauseMs = this.#backoff.pauseMs(clock.nowMs());
    if (pauseMs > maxBackoffWaitMs && this.#isDown()) {
      this.#failWaiting((waiter) => waiter.isPatient !== true);
    }
    const dials = decideDials({
      waiting: this.#waiting.size,
      open: this.#open.count,
      dialing: this.#dials.size,
      maxConnections,
      streamsPerConnection: this.#open.streamLimit,
    });
    if (dials > 0 && pauseMs > 0) {
      this.#undoPause ??= clock.setTimer(pauseMs, () => {
        this.#undoPause = undefined;
        this.#advanceSoon();
      });
      return;
    }
    for (let i = 0; i < dials; i++) this.#dial();
  }

  #dial(): void {
    const dial = new Dial({
      ...this.#options,
      network: this.#network,
      clock: this.#options.quietClock,
      onSocket: (socket) => this.#sockets.add(socket),
      onOpen: (connection) => {
        this.#dials.delete(dial);
        this.#adopt(connection);
      },
      onFailed: (error) => {
        this.#dials.delete(dial);
        this.#onDialFailed(error);
      },
    });
    this.#dials.add(dial);
    dial.start();
  }

  #adopt(connection: PooledConnection): void {
    const { clock, quietClock, idleTimeoutMs } = this.#options;
    this.#backoff.reset();
    connection.owner = this.#owner;
    connection.openedAtMs = clock.nowMs();
    connection.watches = [
      keepAlive(connection, this.#pace, quietClock),
      watchIdle(connection, idleTimeoutMs, quietClock),
    ];
    connection.settle();
    this.#open.add(connection);
    this.#advanceSoon();
  }

  /** Those who wait go on waiting if a connection is open, as its streams end some time. */
  #onDialFailed(error: Error): void {
    this.#lastError = error;
    this.#backoff.noteFailed(this.#options.clock.nowMs());
    if (this.#isDown()) this.#failWaiting();
    this.#advanceSoon();
    this.#restIfUnwanted();
  }

  #newOwner(): ConnectionOwner {
    return {
      onSettings: () => this.#advanceSoon(),
      onRoom: () => this.#advanceSoon(),
      onGoaway: (connection, code, debug) => {
        if (code === ErrorCode.ENHANCE_YOUR_CALM && debug === "too_many_pings") {
          slowDown(this.#pace);
        }
        this.#leave(connection, { kind: "goaway", code, debug });
        if (code !== ErrorCode.NO_ERROR)
          connection.lose(errorOfEnd({ kind: "goaway", code, debug }));
      },
      onClose: (connection, end) => {
        this.#leave(connection, end);
        this.#leaving.delete(connection);
      },
      onThrown: (error) => this.#options.onThrown(error),
    };
  }

  /** Hands the connection out no more. */
  #leave(connection: PooledConnection, end?: ConnectionEnd): void {
    if (!this.#open.remove(connection)) return;
    this.#leaving.add(connection);
    const nowMs = this.#options.clock.nowMs();
    if (end !== undefined && this.#backoff.noteLost(connection.openedAtMs, nowMs)) {
      this.#lastError = errorOfEnd(end);
    }
    this.#advanceSoon();
  }

  #isDown(): boolean {
    return this.#open.count === 0 && this.#dials.size === 0;
  }

  #failWaiting(which?: (waiter: ConnectionWaiter) => boolean): void {
    this.#waiting.fail(() => connectFailed(this.peer, this.#lastError), which);
  }

  /** Lets the process end, and forgets about the next dial, if nobody waits. */
  #restIfUnwanted(): void {
    if (this.#waiting.size > 0) return;
    this.#endPause();
    this.#holdProcess(false);
  }

  #endPause(): void {
    this.#undoPause?.();
    this.#undoPause = undefined;
  }

  #holdProcess(holds: boolean): void {
    for (const dial of this.#dials) dial.holdProcess(holds);
  }
}
