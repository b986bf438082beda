/** Answers of Connect's handlers, and those that are given without one; the same whatever carries them. */
import { Code } from "@connectrpc/connect";
import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { encodeGrpcMessage } from "../grpc/grpc-message.js";
import { holdBack } from "./admit-calls.js";
import { capTimeout } from "./cap-timeout.js";
import { dropEndlessTimeout } from "./endless-timeout.js";
import type { Route } from "./route.js";
import { adoptTripleHeaders } from "./triple-headers.js";
import { answerWebText, isWebText } from "./web-text.js";

/**
 * Hands a request to the handler of Connect's that a route has, with Triple's headers turned into Connect's. The answer to an HTTP method that
 * it does not take names those that it does. @see RFC 9110 section 15.5.6
 */
export async function answerUniversal(
  { universal: handler, maxTimeoutMs, gate, method }: Answering,
  asked: UniversalServerRequest,
): Promise<UniversalServerResponse> {
  const request = gate === undefined ? asked : holdBack(asked, method, gate);
  const wrong = adoptTripleHeaders(request.header);
  if (wrong !== undefined) return refuse(wrong);
  dropEndlessTimeout(request.header);
  capTimeout(request.header, maxTimeoutMs);
  const isText = isWebText(request.header.get("content-type") ?? "");
  const answer = await (isText ? answerWebText(handler, request) : handler(request));
  if (answer.status !== 405) return answer;
  return {
    ...answer,
    header: new Headers({ allow: handler.allowedMethods.toSorted().join(", ") }),
  };
}

/** What of a route answers. */
type Answering = Pick<Route, "universal" | "maxTimeoutMs" | "method"> &
  Partial<Pick<Route, "gate">>;

/** The answer to a request for something that is not there. A caller of gRPC reads a status, not the code of HTTP. */
export function answerMiss(
  isGrpc: boolean,
  contentType: string,
  reason: string,
): UniversalServerResponse {
  const header = isGrpc
    ? {
        "content-type": contentType,
        "grpc-status": String(Code.Unimplemented),
        "grpc-message": encodeGrpcMessage(reason),
      }
    : { "content-type": "text/plain" };
  return {
    status: isGrpc ? 200 : 404,
    header: new Headers(header),
    ...(!isGrpc && { body: once(Buffer.from("no such method here\n")) }),
  };
}

function refuse(message: string): UniversalServerResponse {
  const body = Buffer.from(JSON.stringify({ code: "invalid_argument", message }));
  const header = new Headers({ "content-type": "application/json" });
  return { status: 400, header, body: once(body) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
