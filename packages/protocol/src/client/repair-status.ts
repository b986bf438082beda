import { Code, ConnectError } from "@connectrpc/connect";
import { findTrailerError, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";

/**
 * Makes the gRPC status of an answer readable for Connect's protocol code, which knows codes 0 to 16 only, fails on
 * texts that are not well percent-encoded, and believes the details more than the status. The status itself is
 * never lost: what contradicts it goes, and a code that nobody knows becomes `unknown`, as gRPC has it.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md "Responses"
 */
export function repairStatus(header: Headers): Headers {
  header.delete(businessMarker);
  const status = header.get("grpc-status");
  if (status === null) {
    header.delete(detailsName);
    return header;
  }
  repairMessage(header);
  repairDetails(header, status);
  if (status === businessStatus) header.set(businessMarker, "1");
  if (!knownStatus.test(status)) header.set("grpc-status", "2");
  return header;
}

/** Takes the marker off an error's metadata, and says whether it was there. */
export function takeBusinessMarker(metadata: Headers): boolean {
  const marked = metadata.has(businessMarker);
  metadata.delete(businessMarker);
  return marked;
}

/** Dubbo's status for an error of the handler's own. */
const businessStatus = "17";
const businessMarker = "thrice-business-error";
const detailsName = "grpc-status-details-bin";
const knownStatus = /^(?:\d|1[0-6])$/;

function repairMessage(header: Headers): void {
  const message = header.get("grpc-message");
  if (message !== null && !isDecodable(message))
    header.set("grpc-message", encodeURIComponent(message));
}

/** Keeps the details if they can be read and say the same as the status; their text stands in for a missing one. */
function repairDetails(header: Headers, status: string): void {
  const details = header.get(detailsName);
  if (details === null) return;
  const said = errorFromDetails(details);
  if (said !== undefined && String(said.code) === status) {
    if (!header.has("grpc-message"))
      header.set("grpc-message", encodeURIComponent(said.rawMessage));
    if (knownStatus.test(status)) return;
    if (status === businessStatus && said.details.length > 0) {
      header.set(detailsName, asUnknown(said));
      return;
    }
  }
  header.delete(detailsName);
}

/** The same details, beside the code that Connect knows. */
function asUnknown({ rawMessage, details }: ConnectError): string {
  const unknown = new ConnectError(rawMessage, Code.Unknown);
  unknown.details = details;
  return setTrailerStatus(new Headers(), unknown).get(detailsName) ?? "";
}

function errorFromDetails(details: string) {
  try {
    return findTrailerError(new Headers({ [detailsName]: details }));
  } catch {
    return undefined;
  }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
