/** Requests over HTTP/1.1, with Node's client: one at a time on a connection, which is kept for the next. */
import * as http from "node:http";
import * as https from "node:https";
import { isIP, type Socket } from "node:net";
import { checkServerIdentity, type SecureContext } from "node:tls";
import type { UniversalClientRequest } from "@connectrpc/connect/protocol";
import { type Clock, formatAddress, type Place } from "@thrice/core";
import { OpenSockets } from "../connection/dial/open-sockets.js";
import {
  channelClosed,
  clientClosed,
  connectFailed,
  connectionBroke,
} from "../connection/pool-error.js";
import type { ClientTls } from "../tls/client-tls.js";
import type { HttpConnections, HttpExchange } from "./http-exchange.js";
import { Http1Exchange, type StartedHttp1 } from "./http1-exchange.js";

export interface Http1Options {
  /** Bound of opening a connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  /** In the clear if unset. */
  readonly tls?: ClientTls | undefined;
}

export class Http1Connections implements HttpConnections {
  readonly #peer: string;
  readonly #options: Http1Options;
  readonly #place: Place;
  readonly #where: http.RequestOptions;
  #agent: http.Agent;
  /** What the agent's connections are secured with. */
  #context: SecureContext | undefined;
  readonly #exchanges = new Set<Http1Exchange>();
  readonly #sockets = new OpenSockets();
  readonly #known = new WeakSet<Socket>();
  #onRest: (() => void) | undefined;
  #isClosed = false;

  constructor(place: Place, options: Http1Options) {
    this.#peer = formatAddress(place);
    this.#place = place;
    this.#options = options;
    this.#where =
      "path" in place ? { socketPath: place.path } : { host: place.host, port: place.port };
    this.#agent = this.#newAgent();
  }

  get openConnections(): number {
    return this.#sockets.count;
  }

  open(): HttpExchange {
    const exchange = new Http1Exchange(
      this.#peer,
      (request, fields) => this.#start(request, fields),
      () => this.#forget(exchange),
    );
    this.#exchanges.add(exchange);
    return exchange;
  }

  /** Each dial is a new one here. */
  redialSoon(): void {}

  async retire(): Promise<void> {
    this.#isClosed = true;
    if (this.#exchanges.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onRest = resolve;
      });
    }
    await this.close();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const exchange of this.#exchanges) exchange.abort(channelClosed());
    this.#agent.destroy();
    return this.#sockets.allClosed();
  }

  #forget(exchange: Http1Exchange): void {
    this.#exchanges.delete(exchange);
    if (this.#exchanges.size === 0) this.#onRest?.();
  }

  #newAgent(): http.Agent {
    const { tls } = this.#options;
    this.#context = tls?.secureContext;
    if (tls === undefined) return new http.Agent({ keepAlive: true });
    return new https.Agent(secureAgentOptions(tls, this.#place));
  }

  /** With other certificates on this side, what is kept is used no more; what runs goes on, and is closed then. */
  #freshAgent(): http.Agent {
    if (this.#options.tls?.secureContext === this.#context) return this.#agent;
    const before = this.#agent;
    before.maxFreeSockets = 0;
    for (const socket of Object.values(before.freeSockets).flat()) socket?.destroy();
    this.#agent = this.#newAgent();
    return this.#agent;
  }

  #start({ method, url }: UniversalClientRequest, fields: readonly string[]): StartedHttp1 {
    if (this.#isClosed) throw clientClosed();
    const { protocol, pathname, search, host } = new URL(url);
    const secure = protocol === "https:";
    const request = (secure ? https : http).request({
      ...this.#where,
      ...{ method, path: `${pathname}${search}`, agent: this.#freshAgent() },
      headers: [...fields, "host", host],
    });
    let isConnected = false;
    let reason: Error | undefined;
    const { connectTimeoutMs, clock } = this.#options;
    request.once("socket", (socket) => {
      if (!this.#known.has(socket)) {
        this.#known.add(socket);
        this.#sockets.add(socket);
      }
      if (request.reusedSocket) {
        isConnected = true;
        return;
      }
      const undoTimer = clock.setTimer(connectTimeoutMs, () => {
        reason = new Error(`no answer within connectTimeoutMs ${connectTimeoutMs}`);
        request.destroy(reason);
      });
      socket.once("close", undoTimer);
      socket.once(secure ? "secureConnect" : "connect", () => {
        isConnected = true;
        undoTimer();
      });
    });
    return {
      request,
      explain: (cause) =>
        isConnected
          ? connectionBroke(this.#peer, cause)
          : connectFailed(this.#peer, reason ?? cause),
    };
  }
}

function secureAgentOptions(tls: ClientTls, place: Place): https.AgentOptions {
  const peerName = tls.serverName ?? ("path" in place ? "localhost" : place.host);
  return {
    keepAlive: true,
    secureContext: tls.secureContext,
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: true,
    checkServerIdentity: (_, certificate) => checkServerIdentity(peerName, certificate),
    servername: isIP(peerName) === 0 ? peerName.replace(/\.$/, "") : "",
  };
}
