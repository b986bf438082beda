/** Answers HTTP requests with Connect's handlers, one per method and path. */
import type { DescService } from "@bufbuild/protobuf";
import { createConnectRouter, type ServiceImpl } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import {
  compressionBrotli,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import type { Logger } from "@thrice/core";
import { checkSendable } from "./check-sendable.js";
import { dropEndlessTimeout } from "./endless-timeout.js";
import { logQuietly } from "./log-quietly.js";

/** A service with its implementation. */
export interface ServedService {
  readonly service: DescService;
  /** A function per method, by local name. A method without one answers `unimplemented`. */
  readonly implementation: Partial<ServiceImpl<DescService>>;
  /** Largest message that is read, in bytes. */
  readonly maxReceiveBytes: number;
}

type NodeRequest = Parameters<typeof universalRequestFromNodeRequest>[0];
type NodeResponse = Parameters<typeof universalResponseToNodeResponse>[1];

/** Makes the listener for `http` and `http2` servers. It never throws. */
export function createRequestListener(services: readonly ServedService[], logger: Logger) {
  const handlers = new Map<string, UniversalHandler>();
  for (const handler of services.flatMap((service) => createHandlers(service, logger)))
    handlers.set(handler.requestPath, handler);
  const answer = async (path: string, request: NodeRequest, response: NodeResponse) => {
    const handler = handlers.get(path);
    if (handler === undefined) return answerUnknown(path, request, response);
    dropEndlessTimeout(request.headers);
    const universal = universalRequestFromNodeRequest(request, response, undefined, undefined);
    const body = readUntilAnswered(request, response);
    return universalResponseToNodeResponse(await handler({ ...universal, body }), response);
  };
  return (request: NodeRequest, response: NodeResponse): void => {
    const path = request.url?.split("?", 1)[0] ?? "";
    answer(path, request, response).catch((reason) => {
      response.destroy();
      logQuietly(() => logger.debug("request broken off", path, reason));
    });
  };
}

function createHandlers(
  { service, implementation, maxReceiveBytes }: ServedService,
  logger: Logger,
): UniversalHandler[] {
  const router = createConnectRouter({
    acceptCompression: [compressionGzip, compressionBrotli],
    readMaxBytes: maxReceiveBytes,
    interceptors: [checkSendable(logger)],
  });
  router.service(service, implementation);
  return router.handlers;
}

/**
 * The body of a request. What is left of it when the answer is out is read and dropped: unread, it would hold up
 * the HTTP/1.1 connection for good, and keep the HTTP/2 stream open.
 */
function readUntilAnswered(
  request: NodeRequest,
  response: NodeResponse,
): AsyncIterable<Uint8Array> {
  const body: AsyncIterator<Uint8Array> = request.iterator({ destroyOnReturn: false });
  const sent = "stream" in response ? response.stream : response;
  sent.once("finish", () => {
    body.return?.().catch(() => {});
    request.resume();
  });
  return { [Symbol.asyncIterator]: () => body };
}

/** gRPC clients read a status, not the code of HTTP. */
function answerUnknown(path: string, request: NodeRequest, response: NodeResponse): void {
  request.resume();
  if (request.headers["content-type"]?.startsWith("application/grpc")) {
    // Not writeHead(): what it sends does not end the stream, and then a status in the header does not count.
    response.setHeader("content-type", "application/grpc");
    response.setHeader("grpc-status", "12");
    response.setHeader("grpc-message", encodeURI(`${path} is not served here`));
    response.end();
  } else {
    response.statusCode = 404;
    response.setHeader("content-type", "text/plain");
    response.end("no such method here\n");
  }
}
