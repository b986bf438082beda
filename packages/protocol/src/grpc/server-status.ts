import { Code, ConnectError } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { encodeGrpcMessage } from "./grpc-message.js";

/**
 * Renders the status of a failed call: code, message, and the details if there are any.
 *
 * Shape: names and values by turns.
 *
 * @throws Error if a detail is not what its schema says.
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md "Status"
 */
export function fieldsFromError(error: ConnectError): string[] {
  const { code, rawMessage, details } = error;
  const fields = ["grpc-status", isCode(code) ? String(code) : String(Code.Unknown)];
  if (rawMessage !== "") fields.push("grpc-message", encodeGrpcMessage(rawMessage));
  if (details.length > 0) fields.push("grpc-status-details-bin", encodeDetails(error));
  return fields;
}

function isCode(code: number): boolean {
  return Number.isInteger(code) && code > 0;
}

/** Connect's own encoding of `google.rpc.Status`, given a message that it can encode. */
function encodeDetails({ code, rawMessage, details }: ConnectError): string {
  const wellFormed = new ConnectError(rawMessage.toWellFormed(), code);
  wellFormed.details = details;
  return setTrailerStatus(new Headers(), wellFormed).get("grpc-status-details-bin") ?? "";
}
