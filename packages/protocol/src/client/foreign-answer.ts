import { Code } from "@connectrpc/connect";
import { WireError } from "./wire-error.js";

/**
 * Tells what is wrong with an answer that came with HTTP 200 and yet is not gRPC's, such as a proxy's page; undefined
 * if nothing is. Answers with another HTTP status are left to Connect, which knows a code for each.
 */
export function foreignAnswer(
  peer: string,
  status: number,
  header: Headers,
): WireError | undefined {
  const contentType = header.get("content-type");
  if (status !== 200 || contentType?.startsWith("application/grpc")) return undefined;
  const what = contentType === null ? "no content-type" : `content-type ${contentType}`;
  return new WireError("answered", Code.Internal, `${peer} answered with ${what}, not with gRPC`);
}
