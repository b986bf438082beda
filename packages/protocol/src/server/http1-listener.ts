/** Answers HTTP/1.1 requests with Connect's handlers. */
import type { IncomingMessage, RequestListener } from "node:http";
import { type Logger, logQuietly } from "@thrice/core";
import { isGrpc } from "../grpc/server-plan.js";
import { ConnectionEnds } from "./connection-ends.js";
import { Http1Exchange } from "./http1-exchange.js";
import type { Routes } from "./routes.js";
import { answerMiss, answerUniversal } from "./universal-answer.js";
import type { Respond } from "./universal-stream.js";

/** Makes the listener for an `http` server. It never throws. */
export function createHttp1Listener(routes: Routes, logger: Logger): RequestListener {
  const ends = new ConnectionEnds();
  return (request, response) => {
    const exchange = new Http1Exchange(request, response);
    exchange.serve(responderOf(routes, request), ends).catch((reason: unknown) => {
      logQuietly(() => logger.debug("request broken off", request.url, reason));
    });
  };
}

function responderOf(routes: Routes, request: IncomingMessage): Respond {
  const found = routes.find(request.url ?? "", {
    group: single(request.headers["tri-service-group"]),
    version: single(request.headers["tri-service-version"]),
  });
  if (found.kind === "route")
    return (universal) => answerUniversal(found.route.universal, universal);
  const type = request.headers["content-type"] ?? "";
  return async () => answerMiss(isGrpc(type), type, found.reason);
}

function single(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}
