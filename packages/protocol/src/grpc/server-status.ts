import { Code, ConnectError } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { BusinessError } from "@thrice/core";
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
  const { rawMessage, details } = error;
  const fields = ["grpc-status", String(codeOf(error))];
  if (rawMessage !== "") fields.push("grpc-message", encodeGrpcMessage(rawMessage));
  if (details.length > 0) fields.push("grpc-status-details-bin", encodeDetails(error));
  return fields;
}

function codeOf(error: ConnectError): Code {
  if (BusinessError.is(error)) return businessCode;
  return Number.isInteger(error.code) && error.code > 0 ? error.code : Code.Unknown;
}

/** Dubbo's, for an error of the handler's own, which its clients do not retry; see triple_protocol/code.go of Dubbo-go. */
const businessCode = 17 as Code;

/** Connect's own encoding of `google.rpc.Status`, given a message that it can encode. */
function encodeDetails(error: ConnectError): string {
  const wellFormed = new ConnectError(error.rawMessage.toWellFormed(), codeOf(error));
  wellFormed.details = error.details;
  return setTrailerStatus(new Headers(), wellFormed).get("grpc-status-details-bin") ?? "";
}
