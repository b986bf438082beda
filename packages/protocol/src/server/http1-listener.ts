/** Answers HTTP/1.1 requests with Connect's handlers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConnectError } from "@connectrpc/connect";
import { type Logger, logQuietly } from "@thrice/core";
import { isGrpc } from "../grpc/server-plan.js";
import { ConnectionEnds } from "./connection-ends.js";
import type { Cors } from "./cors.js";
import { Http1Exchange } from "./http1-exchange.js";
import { identityOf } from "./peer-identity.js";
import type { Routes } from "./routes.js";
import { answerMiss, answerUniversal } from "./universal-answer.js";
import type { Respond } from "./universal-stream.js";

/** Serves the requests of an `http` server. It never throws. */
export class Http1Listener {
  readonly #routes: Routes;
  readonly #logger: Logger;
  readonly #asksForCertificates: boolean;
  readonly #cors: Cors | undefined;
  readonly #ends = new ConnectionEnds();
  readonly #running = new Set<Http1Exchange>();

  constructor(routes: Routes, logger: Logger, asksForCertificates: boolean, cors?: Cors) {
    this.#routes = routes;
    this.#logger = logger;
    this.#asksForCertificates = asksForCertificates;
    this.#cors = cors;
  }

  readonly onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const peer = this.#asksForCertificates ? identityOf(request.socket) : undefined;
    const exchange = new Http1Exchange(request, response, peer);
    this.#running.add(exchange);
    const respond = responderOf(this.#routes, request);
    exchange
      .serve(this.#cors?.around(respond) ?? respond, this.#ends)
      .catch((reason: unknown) => {
        logQuietly(() => this.#logger.debug("request broken off", request.url, reason));
      })
      .finally(() => this.#running.delete(exchange));
  };

  /** Ends the calls under way with `error`, and says on which connections they are. */
  cancelAll(error: ConnectError): Set<unknown> {
    const sockets = new Set<unknown>();
    for (const exchange of this.#running) {
      sockets.add(exchange.socket);
      exchange.cancel(error);
    }
    return sockets;
  }
}

function responderOf(routes: Routes, request: IncomingMessage): Respond {
  const found = routes.find(request.url ?? "", {
    group: single(request.headers["tri-service-group"]),
    version: single(request.headers["tri-service-version"]),
  });
  if (found.kind === "route") return (universal) => answerUniversal(found.route, universal);
  const type = request.headers["content-type"] ?? "";
  return async () => answerMiss(isGrpc(type), type, found.reason);
}

function single(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}
