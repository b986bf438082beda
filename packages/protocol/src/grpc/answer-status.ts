/** Reads what an answer says about itself: whether it is gRPC's at all, and how the call ended. */
import { Code, ConnectError } from "@connectrpc/connect";
import { codeFromHttpStatus, findTrailerError } from "@connectrpc/connect/protocol-grpc";
import type { HeaderList } from "@thrice/http2";
import { repairStatus } from "../client/repair-status.js";
import { WireError } from "../client/wire-error.js";
import { headersFromList } from "./headers-from-list.js";

/** Whether the answer is gRPC's. Remembered for header lists that repeat. */
export function isGrpcAnswer({ shared, own }: HeaderList): boolean {
  if (shared.memo === grpcAnswer) return true;
  const isGrpc = hasField(shared.fields, ":status", "200") && hasContentType(shared.fields);
  if (isGrpc) {
    shared.memo = grpcAnswer;
    return true;
  }
  const all = [...shared.fields, ...own];
  return hasField(all, ":status", "200") && hasContentType(all);
}

/** What is wrong with an answer that is not gRPC's. */
export function explainForeign(peer: string, list: HeaderList): ConnectError {
  const status = Number(list.get(":status"));
  const headers = headersFromList(list);
  if (status !== 200) {
    const said = findTrailerError(repairStatus(headers));
    return said ?? new ConnectError(`HTTP ${status}`, codeFromHttpStatus(status), headers);
  }
  const contentType = headers.get("content-type");
  const what = contentType === null ? "no content-type" : `content-type ${contentType}`;
  return new WireError("answered", Code.Unknown, `${peer} answered with ${what}, not with gRPC`);
}

/** Whether the fields after the answer say that all is well. */
export function isOk(trailers: HeaderList): boolean {
  return trailers.get("grpc-status") === "0";
}

/** The error that the fields after the answer name. Its metadata are those fields, and the ones that came before, in `head`. */
export function errorFromTrailers(
  peer: string,
  trailers: HeaderList,
  head: HeaderList | undefined,
): ConnectError {
  const error = errorFrom(peer, headersFromList(trailers));
  if (head !== undefined && head !== trailers) addHead(error.metadata, headersFromList(head));
  return error;
}

function errorFrom(peer: string, headers: Headers): ConnectError {
  if (!headers.has("grpc-status")) {
    return new WireError("answered", Code.Internal, `${peer} ended its answer without a status`);
  }
  const error = findTrailerError(repairStatus(headers));
  return (
    error ?? new WireError("answered", Code.Internal, `${peer} sent a status that cannot be read`)
  );
}

/** What speaks about the status is believed only where the status is. */
function addHead(metadata: Headers, head: Headers): void {
  for (const [name, value] of head) {
    if (!ofStatus.test(name)) metadata.append(name, value);
  }
}

const ofStatus = /^(?:grpc-(?:status|message|status-details-bin|retry-pushback-ms)|thrice-.*)$/;

const grpcAnswer = Symbol("an answer in gRPC");

function hasField(fields: readonly string[], name: string, value: string): boolean {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1] === value;
  return false;
}

function hasContentType(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] === "content-type") return fields[i + 1]?.startsWith("application/grpc") === true;
  }
  return false;
}
