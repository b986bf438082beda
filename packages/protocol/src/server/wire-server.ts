/** Listens on one port and serves gRPC, gRPC-Web and Connect on it, over HTTP/2 and HTTP/1.1 in the clear. */
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Clock, Logger } from "@thrice/core";
import { listenError } from "./listen-error.js";
import { logQuietly } from "./log-quietly.js";
import { createRequestListener, type ServedService } from "./request-listener.js";
import { sniffProtocol } from "./sniff-protocol.js";

/** What a server is made of. */
export interface WireServerOptions {
  /** What it serves; other paths are answered with `unimplemented`, or 404. */
  readonly services: readonly ServedService[];
  /** Told at level `debug` of connections and requests that broke. */
  readonly logger: Logger;
  /** Measures the wait for a connection's first bytes, and the grace of `close`. */
  readonly clock: Clock;
}

/** Where to listen. */
export interface ListenOptions {
  /** Undefined listens on all interfaces. */
  readonly host: string | undefined;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Shape: idle → listening → closed, and not back. Nothing that a peer sends makes it throw. */
export class WireServer {
  readonly #http1: http.Server;
  readonly #http2: http2.Http2Server;
  readonly #sockets = new Set<Socket>();
  /** Connections whose first bytes have not come. */
  readonly #undecided = new Set<Socket>();
  readonly #sessions = new Set<http2.ServerHttp2Session>();
  readonly #clock: Clock;
  #closed: Promise<void> | undefined;

  constructor({ services, logger, clock }: WireServerOptions) {
    const listener = createRequestListener(services, logger);
    this.#clock = clock;
    this.#http1 = http.createServer(listener);
    this.#http1.on("request", (request, response) => this.#endWhenClosed(request.socket, response));
    this.#http2 = http2.createServer(http2Options, listener);
    this.#http2.on("session", (session) => this.#hold(session));
    this.#http2.on("sessionError", (error) =>
      logQuietly(() => logger.debug("connection failed", error)),
    );
    this.#splitConnections();
  }

  /** Resolves with the port. Rejects with an error whose message names port and cause. */
  listen({ host, port }: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      const onError = (cause: NodeJS.ErrnoException) => reject(listenError(host, port, cause));
      this.#http1.once("error", onError);
      this.#http1.listen({ port, ...(host !== undefined && { host }) }, () => {
        this.#http1.off("error", onError);
        resolve((this.#http1.address() as AddressInfo).port);
      });
    });
  }

  /**
   * Takes no new requests, lets running ones finish for `graceMs` milliseconds, then breaks what is left. Called
   * again, it waits for the first call.
   */
  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#drain(graceMs);
    return this.#closed;
  }

  #drain(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const undoTimer = this.#clock.setTimer(graceMs, () => {
        for (const socket of this.#sockets) socket.destroy();
      });
      this.#http1.close(() => {
        undoTimer();
        resolve();
      });
      for (const session of this.#sessions) session.close();
      for (const socket of this.#undecided) socket.destroy();
    });
  }

  /** Puts a look at the first bytes before the HTTP/1.1 server, and takes HTTP/2 connections away from it. */
  #splitConnections(): void {
    const [serveHttp1] = this.#http1.listeners("connection");
    this.#http1.removeAllListeners("connection");
    this.#http1.on("connection", (socket: Socket) => {
      if (this.#closed !== undefined) {
        socket.destroy(); // it was on its way when we stopped listening
        return;
      }
      this.#sockets.add(socket);
      this.#undecided.add(socket);
      socket.once("close", () => {
        this.#sockets.delete(socket);
        this.#undecided.delete(socket);
      });
      socket.on("error", () => {}); // the "close" that follows is enough
      sniffProtocol(socket, this.#clock, (version) => {
        this.#undecided.delete(socket);
        if (version === "http1") serveHttp1?.call(this.#http1, socket);
        else this.#serveHttp2(socket);
      });
    });
  }

  #serveHttp2(socket: Socket): void {
    socket.allowHalfOpen = false; // set by the HTTP/1.1 server; a peer that hangs up would be kept for good
    this.#http2.emit("connection", socket);
  }

  #hold(session: http2.ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once("close", () => this.#sessions.delete(session));
    if (!session.destroyed) session.setLocalWindowSize(connectionWindowBytes);
  }

  /** Node would keep an HTTP/1.1 connection for five more seconds after its last answer. */
  #endWhenClosed(socket: Socket, response: http.ServerResponse): void {
    response.once("close", () => {
      if (this.#closed !== undefined) socket.end();
    });
  }
}

/** Lets a client send 1 MiB per stream, and 16 MiB in all, before it has to wait for us. */
const http2Options: http2.ServerOptions = {
  settings: { initialWindowSize: 1024 * 1024 },
  maxSessionMemory: Number.MAX_SAFE_INTEGER, // flow control bounds what is held
};
const connectionWindowBytes = 16 * 1024 * 1024;
