import { Code, ConnectError } from "@connectrpc/connect";
import { WireError } from "../client/wire-error.js";

/** The end of an attempt whose request cannot be encoded, or whose source failed. */
export function unsendable(cause: unknown): WireError {
  const { rawMessage, code } = ConnectError.from(cause, Code.Unknown);
  return new WireError("rejected", code, `request not sent: ${rawMessage}`, cause);
}
