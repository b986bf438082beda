/** Ends TLS on the connections of a server. */
import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { type Logger, logQuietly } from "@thrice/core";
import type { ServerTls } from "../tls/server-tls.js";

/**
 * Shape: a connection shakes hands → `serve` takes it, decrypted. One that breaks off, takes too long, or speaks no TLS
 * is closed, and the logger hears of it at level `debug`.
 */
export class SecureConnections {
  /** Listens to nothing: it is handed its connections. */
  readonly #server: Server;
  readonly #tls: ServerTls;
  readonly #logger: Logger;
  readonly #raw = new Set<Socket>();

  constructor(tls: ServerTls, logger: Logger, serve: (socket: TLSSocket) => void) {
    this.#tls = tls;
    this.#logger = logger;
    this.#server = createServer(tls.options, (socket) => {
      if (isForged(socket)) {
        logQuietly(() => logger.debug("TLS handshake failed", socket.authorizationError));
        socket.on("error", () => {});
        socket.destroy();
      } else {
        serve(socket);
      }
    });
    this.#server.on("tlsClientError", (error, socket) => {
      socket.destroy(); // a timeout alone does not
      logQuietly(() => logger.debug("TLS handshake failed", error));
    });
  }

  /** Lets new connections have the certificates that the files hold then. Those that are open keep theirs. */
  watchFiles(): void {
    this.#tls.watch(this.#logger, (options) => this.#server.setSecureContext(options));
  }

  /** Leaves the files alone. */
  leaveFiles(): Promise<void> {
    return this.#tls.close();
  }

  /** Takes a connection that has just been accepted. */
  readonly accept = (raw: Socket): void => {
    raw.on("error", () => {}); // the "close" that follows is enough
    raw.allowHalfOpen = false; // as with any other TLS server of Node.js: who hangs up is gone
    this.#raw.add(raw);
    raw.once("close", () => this.#raw.delete(raw));
    this.#server.emit("connection", raw);
  };

  /** Closes all connections. Those that are served are to be closed before; then it is those that still shake hands. */
  breakOff(): void {
    for (const raw of this.#raw) raw.destroy();
  }
}

/** Where certificates are asked for and not required, Node.js lets those in whose certificate nobody has signed. */
function isForged(socket: TLSSocket): boolean {
  if (socket.authorized || socket.authorizationError == null) return false;
  return socket.getPeerX509Certificate() !== undefined;
}
