import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { PreparedHeaders } from "@thrice/http2";
import type { ChannelRequest } from "../channel.js";
import { formatGrpcTimeout } from "../client/grpc-timeout.js";

/** The fixed header fields of the requests to one endpoint, made once per method. */
export class RequestHeaders {
  readonly #scheme: "http" | "https";
  readonly #authority: string;
  readonly #byMethod = new Map<DescMethod, PreparedHeaders>();

  /** `authority` is `host:port` of the endpoint. */
  constructor(scheme: "http" | "https", authority: string) {
    this.#scheme = scheme;
    this.#authority = authority;
  }

  of(method: DescMethod): PreparedHeaders {
    let headers = this.#byMethod.get(method);
    if (headers === undefined) {
      headers = new PreparedHeaders([
        ":method",
        "POST",
        ":scheme",
        this.#scheme,
        ":path",
        `/${method.parent.typeName}/${method.name}`,
        ":authority",
        this.#authority,
        "content-type",
        "application/grpc+proto",
        "te",
        "trailers",
        "grpc-accept-encoding",
        "gzip",
      ]);
      this.#byMethod.set(method, headers);
    }
    return headers;
  }
}

/** The header fields that vary from attempt to attempt, names and values by turns. */
export function varyingHeaders({
  header,
  timeoutMs,
  previousAttempts,
}: ChannelRequest): readonly string[] {
  const fields: string[] = [];
  if (timeoutMs !== Number.POSITIVE_INFINITY)
    fields.push("grpc-timeout", formatGrpcTimeout(timeoutMs));
  if (previousAttempts > 0) fields.push("grpc-previous-rpc-attempts", String(previousAttempts));
  if (header === undefined) return fields;
  for (const [name, value] of header) {
    if (forbidden.has(name))
      throw new ConnectError(`HTTP/2 has no header ${name}`, Code.InvalidArgument);
    fields.push(name, value);
  }
  return fields;
}

/** @see RFC 9113 section 8.2.2 */
const forbidden: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
