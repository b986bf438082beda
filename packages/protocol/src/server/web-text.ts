/**
 * Serves gRPC-Web in base64, for callers that cannot read bytes, such as XMLHttpRequest in a browser. Connect's handlers
 * know the binary form only: requests are decoded for them, and their answers encoded.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-WEB.md "Text-encoded streams"
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { Base64Reader } from "./base64-reader.js";

/** Whether a request is in base64. */
export function isWebText(contentType: string): boolean {
  return shape.test(contentType);
}

/** Has `handler`, which knows gRPC-Web, answer a request in base64. */
export async function answerWebText(
  handler: UniversalHandlerFn,
  request: UniversalServerRequest,
): Promise<UniversalServerResponse> {
  const header = new Headers(request.header);
  header.set("content-type", binaryType(header.get("content-type") ?? ""));
  const answer = await handler({ ...request, header, body: decoded(request.body) });
  const type = answer.header?.get("content-type") ?? "";
  if (answer.body === undefined || !type.startsWith("application/grpc-web")) return answer;
  const answerHeader = new Headers(answer.header);
  answerHeader.set("content-type", type.replace("grpc-web", "grpc-web-text"));
  return { ...answer, header: answerHeader, body: encoded(answer.body) };
}

function binaryType(type: string): string {
  return type.replace(/-text/i, "");
}

async function* decoded(body: UniversalServerRequest["body"]): AsyncGenerator<Uint8Array> {
  const reader = new Base64Reader();
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    const bytes = reader.read(chunk);
    if (bytes === undefined) throw notBase64();
    if (bytes.length > 0) yield bytes;
  }
  if (!reader.isComplete) throw notBase64();
}

/** Each chunk is encoded for itself, with padding, so that nothing of it waits for the next. */
async function* encoded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const { buffer, byteOffset, byteLength } of body) {
    const text = Buffer.from(buffer, byteOffset, byteLength).toString("base64");
    yield Buffer.from(text, "latin1");
  }
}

function notBase64(): ConnectError {
  return new ConnectError("the request is not base64", Code.InvalidArgument);
}

const shape = /^application\/grpc-web-text(?:[+;]|$)/i;
