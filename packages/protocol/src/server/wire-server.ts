/** Listens on one port and serves gRPC, gRPC-Web, Connect and Triple on it, over HTTP/2 and HTTP/1.1, in the clear or with TLS. */
import http from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Clock, type Logger, systemClock } from "@thrice/core";
import { Http2ServerConnection, type Http2ServerOptions, type StreamSink } from "@thrice/http2";
import type { Cancellable } from "../grpc/server-context.js";
import type { ServerTls } from "../tls/server-tls.js";
import { type ConnectionLimitOptions, ConnectionLimits } from "./connection-limits.js";
import type { Cors } from "./cors.js";
import { stoppedError } from "./end-when-stopped.js";
import { Http1Listener } from "./http1-listener.js";
import { type ListenOptions, listen, type TcpListenOptions } from "./listen.js";
import { identityOf } from "./peer-identity.js";
import { RequestDispatcher } from "./request-dispatcher.js";
import { Routes } from "./routes.js";
import { SecureConnections } from "./secure-connections.js";
import type { ServedService } from "./served-service.js";
import { type HttpVersion, ProtocolSniffer } from "./sniff-protocol.js";

/** What a server is made of. */
export interface WireServerOptions {
  /** What it serves; other paths are answered with `unimplemented`, or 404. */
  readonly services: readonly ServedService[];
  /** Told at level `debug` of connections and requests that broke. */
  readonly logger: Logger;
  /** Measures deadlines, the limits of connections, and the grace of `close`. */
  readonly clock: Clock;
  /** Secures the connections; in the clear if unset. */
  readonly tls?: ServerTls | undefined;
  /** Which pages of other origins may call; none if unset. */
  readonly cors?: Cors | undefined;
  /** Limits of connections; none if unset. */
  readonly connections?: ConnectionLimitOptions | undefined;
}

/** Shape: idle → listening → closed, and not back. Nothing that a peer sends makes it throw. */
export class WireServer {
  /** Owns the port, for its watch over slow HTTP/1.1 requests begins with listening. */
  readonly #http1: http.Server;
  readonly #http1Calls: Http1Listener;
  readonly #dispatcher: RequestDispatcher;
  readonly #clock: Clock;
  readonly #secure: SecureConnections | undefined;
  readonly #asksForCertificates: boolean;
  /** All connections; those that speak HTTP/2 with what speaks it, those that are yet silent with `undefined`. */
  readonly #sockets = new Map<Socket, Http2ServerConnection | "http1" | undefined>();
  readonly #limits: ConnectionLimits;
  readonly #http2Options: Http2ServerOptions;
  #closed: Promise<void> | undefined;

  constructor({ services, logger, clock, tls, cors, connections = {} }: WireServerOptions) {
    const routes = new Routes(services, logger);
    this.#clock = clock;
    this.#limits = new ConnectionLimits(connections, clock);
    const forget = (socket: Duplex) => this.#forget(socket as Socket);
    this.#dispatcher = new RequestDispatcher(routes, { clock, logger }, forget, cors);
    // Connections keep to real time: what a test moves is the time of calls and of closing. All share these options.
    const { minPingIntervalMs = 0 } = connections;
    this.#http2Options = {
      listener: this.#dispatcher,
      ...(minPingIntervalMs > 0 && { minPingIntervalMs }),
    };
    this.#asksForCertificates = tls?.asksForCertificates === true;
    this.#http1Calls = new Http1Listener(routes, logger, this.#asksForCertificates, cors);
    this.#http1 = http.createServer(this.#http1Calls.onRequest);
    this.#http1.on("request", (request, response) => this.#endWhenClosed(request.socket, response));
    this.#limits.guard(this.#http1, logger);
    const serve = this.#splitConnections();
    this.#secure = tls && new SecureConnections(tls, logger, serve);
    this.#http1.on("connection", this.#secure?.accept ?? serve);
  }

  /** Connections that were closed as there were too many. */
  get refusedConnections(): number {
    return this.#limits.refused;
  }

  /** Resolves with the port, if it is one. Rejects with an error whose message names place and cause. */
  listen(where: TcpListenOptions): Promise<number>;
  listen(where: ListenOptions): Promise<number | undefined>;
  async listen(where: ListenOptions): Promise<number | undefined> {
    const port = await listen(this.#http1, where);
    if (this.#closed === undefined) this.#secure?.watchFiles();
    return port;
  }

  /**
   * Takes no new requests, lets running ones finish for `graceMs` milliseconds, then ends what is left with `unavailable`.
   * Resolves when all connections are closed, a second later at most. Called again, it waits for the first call.
   */
  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  async #close(graceMs: number): Promise<void> {
    await Promise.all([this.#drain(graceMs), this.#secure?.leaveFiles()]);
  }

  #drain(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      let undoTimer = this.#clock.setTimer(graceMs, () => {
        this.#cancelCalls();
        // Sockets keep to real time, whoever moves the clock of the calls.
        undoTimer = systemClock.setTimer(lastWordsMs, () => {
          for (const socket of this.#sockets.keys()) socket.destroy();
        });
      });
      // Closes idle HTTP/1.1 connections too, and is done when the last socket is about to tell that it is closed.
      this.#http1.close(() => {
        this.#whenSocketsClosed(() => {
          undoTimer();
          resolve();
        });
      });
      for (const [socket, connection] of this.#sockets) {
        if (connection === undefined) socket.destroy();
        else if (connection !== "http1") connection.close();
      }
      this.#whenSocketsClosed(() => this.#secure?.breakOff());
    });
  }

  /** Ends what still runs with an answer that says why, and what does not run at once. */
  #cancelCalls(): void {
    const error = stoppedError();
    const busy = this.#http1Calls.cancelAll(error);
    for (const [socket, connection] of this.#sockets) {
      if (connection === undefined || connection === "http1") {
        if (!busy.has(socket)) socket.destroy();
        continue;
      }
      connection.closeNow();
      for (const sink of connection.sinks as (StreamSink & Partial<Cancellable>)[]) {
        sink.cancel?.(error);
      }
    }
  }

  #whenSocketsClosed(then: () => void): void {
    const [last] = [...this.#sockets.keys()].slice(-1);
    if (last === undefined) then();
    else last.once("close", () => this.#whenSocketsClosed(then));
  }

  /** Puts a look at the first bytes before the HTTP/1.1 server, and takes HTTP/2 connections away from it. */
  #splitConnections(): (socket: Socket) => void {
    const sockets = this.#sockets;
    const forget = (socket: Socket) => this.#forget(socket);
    function onClose(this: Socket): void {
      forget(this);
    }
    const [serveHttp1] = this.#http1.listeners("connection");
    this.#http1.removeAllListeners("connection");
    const take = (socket: Socket, version: HttpVersion, bytes: Buffer) => {
      if (version === "http2") {
        // Its connection listens to both, and a second listener of an event would cost each connection 104 bytes.
        socket.off("close", onClose);
        socket.off("error", ignore);
        this.#serveHttp2(socket, bytes);
        return;
      }
      sockets.set(socket, "http1");
      this.#limits.watch(socket, "http1");
      socket.pause();
      socket.unshift(bytes);
      serveHttp1?.call(this.#http1, socket);
      socket.resume();
    };
    const sniffer = new ProtocolSniffer(this.#clock, take);
    let netEnd: readonly (() => void)[] | undefined;
    return (socket) => {
      socket.on("error", ignore); // the "close" that follows is enough
      if (this.#closed !== undefined) {
        socket.destroy();
        return;
      }
      sockets.set(socket, undefined);
      socket.on("close", onClose);
      // What `net` does at the end of what is read is nothing, as what is written may go on. It goes by name, for a socket
      // whose listeners were all removed keeps those that follow in a table, which takes 190 bytes more.
      if (socket.allowHalfOpen) {
        netEnd ??= socket.listeners("end") as (() => void)[];
        for (const listener of netEnd) socket.off("end", listener);
      }
      sniffer.sniff(socket);
    };
  }

  #serveHttp2(socket: Socket, initialBytes: Buffer): void {
    const options = this.#asksForCertificates ? this.#optionsFor(socket) : this.#http2Options;
    const connection = new Http2ServerConnection(socket, options, initialBytes);
    this.#sockets.set(socket, connection);
    this.#limits.watch(socket, connection);
  }

  /** A connection of a known caller has a listener of its own, which tells its calls who that is. */
  #optionsFor(socket: Socket): Http2ServerOptions {
    const peer = identityOf(socket);
    if (peer === undefined) return this.#http2Options;
    return { ...this.#http2Options, listener: this.#dispatcher.forPeer(peer) };
  }

  #forget(socket: Socket): void {
    this.#sockets.delete(socket);
    this.#limits.forget(socket);
  }

  /** Node would keep an HTTP/1.1 connection for five more seconds after its last answer. */
  #endWhenClosed(socket: Socket, response: http.ServerResponse): void {
    if (this.#limits.isTooOld(socket)) response.shouldKeepAlive = false;
    response.once("close", () => {
      if (this.#closed !== undefined) socket.end();
    });
  }
}

/** How long answers that end the last calls may take to go out, in milliseconds. */
const lastWordsMs = 1_000;

function ignore(): void {}
