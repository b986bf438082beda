/** Answers HTTP/1.1 requests with Connect's handlers. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import { type Logger, logQuietly } from "@thrice/core";
import { isGrpc } from "../grpc/server-plan.js";
import type { Routes } from "./routes.js";
import { answerMiss, answerUniversal } from "./universal-answer.js";

/** Makes the listener for an `http` server. It never throws. */
export function createHttp1Listener(routes: Routes, logger: Logger): RequestListener {
  return (request, response) => {
    // Who serves the request hears of its failure too, but not to the end: a request that waits behind another one fails
    // after its response has closed. An "error" that nobody hears would end the process.
    request.on("error", ignore);
    response.on("error", ignore);
    answer(routes, request, response).catch((reason: unknown) => {
      logQuietly(() => logger.debug("request broken off", request.url, reason));
      response.destroy();
    });
  };
}

async function answer(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const found = routes.find(request.url ?? "", {
    group: single(request.headers["tri-service-group"]),
    version: single(request.headers["tri-service-version"]),
  });
  if (found.kind === "miss") {
    request.resume();
    const contentType = request.headers["content-type"] ?? "";
    const miss = answerMiss(isGrpc(contentType), contentType, found.reason);
    return universalResponseToNodeResponse(miss, response);
  }
  const universal = universalRequestFromNodeRequest(request, response, undefined, undefined);
  const body = readUntilAnswered(request, response);
  const answered = await answerUniversal(found.route.universal, { ...universal, body });
  return universalResponseToNodeResponse(answered, response);
}

/**
 * The body of a request. What is left of it when the answer is out is read and dropped: unread, it would hold up the
 * connection for good.
 */
function readUntilAnswered(
  request: IncomingMessage,
  response: ServerResponse,
): AsyncIterable<Uint8Array> {
  const body: AsyncIterator<Uint8Array> = request.iterator({ destroyOnReturn: false });
  response.once("finish", () => {
    body.return?.().catch(() => undefined);
    request.resume();
  });
  return { [Symbol.asyncIterator]: () => body };
}

function ignore(): void {}

function single(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}
