import { Code } from "@connectrpc/connect";
import type { UniversalClientRequest, UniversalClientResponse } from "@connectrpc/connect/protocol";
import { WireError } from "../client/wire-error.js";

const webType = "application/grpc-web";

/**
 * Hands back a response that is gRPC-Web's, or says by its status that it is none. Connect's transport reads whatever comes as
 * messages: a page of a proxy would be one of gigabytes.
 *
 * @throws WireError, `unknown` as gRPC has it, if it is something else.
 */
export function expectWeb(
  { url }: UniversalClientRequest,
  response: UniversalClientResponse,
): UniversalClientResponse {
  const type = response.header.get("content-type");
  if (response.status !== 200 || type?.startsWith(webType)) return response;
  const what = type === null ? "no content-type" : `content-type ${type}`;
  const text = `${new URL(url).host} answered with ${what}, not with gRPC-Web`;
  throw new WireError("answered", Code.Unknown, text);
}
