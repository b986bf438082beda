import { Code, ConnectError } from "@connectrpc/connect";
import type { HeaderList } from "@thrice/http2";
import type { Encoding } from "./encodings.js";
import { listsEncoding } from "./lists-encoding.js";

/**
 * The error of an answer to a request that was compressed with `encoding`. A peer that does not read that answers
 * `unimplemented` and lists what it reads; the error then says so.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/compression.md
 */
export function explainEncoding(
  error: ConnectError,
  { name }: Encoding,
  peer: string,
  ...answers: readonly (HeaderList | undefined)[]
): ConnectError {
  if (error.code !== Code.Unimplemented) return error;
  const read = answers.map((list) => list?.get("grpc-accept-encoding")).find(Boolean);
  if (read === undefined || listsEncoding(read, name)) return error;
  const text = `the request was compressed with ${name}, and ${peer} reads ${read}: ${error.rawMessage}`;
  const explained = new ConnectError(text, error.code, error.metadata, undefined, error);
  explained.details = error.details;
  return explained;
}
