import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { PreparedHeaders } from "@thrice/http2";
import type { AttemptDetails, ChannelRequest } from "../channel.js";
import { formatGrpcTimeout } from "../client/grpc-timeout.js";
import { type Encoding, encodingNamed, gzip, readHere } from "./encodings.js";

/** The fixed header fields of the requests to one endpoint, made once per method and service key. */
export class RequestHeaders {
  readonly #scheme: "http" | "https";
  readonly #authority: string;
  /** For requests without a service key, which are most. */
  readonly #byMethod = new Map<DescMethod, PreparedHeaders>();
  readonly #byKey = new Map<string, Map<DescMethod, PreparedHeaders>>();

  /** `authority` is `host:port` of the endpoint. */
  constructor(scheme: "http" | "https", authority: string) {
    this.#scheme = scheme;
    this.#authority = authority;
  }

  of(request: ChannelRequest): PreparedHeaders {
    const { method } = request;
    const byMethod = request.group || request.version ? this.#ofKey(request) : this.#byMethod;
    let headers = byMethod.get(method);
    if (headers === undefined) {
      headers = this.#prepare(request);
      byMethod.set(method, headers);
    }
    return headers;
  }

  #ofKey({ group = "", version = "" }: ChannelRequest): Map<DescMethod, PreparedHeaders> {
    const key = `${group}/${version}`;
    let byMethod = this.#byKey.get(key);
    if (byMethod === undefined) {
      byMethod = new Map();
      this.#byKey.set(key, byMethod);
    }
    return byMethod;
  }

  #prepare({ method, group = "", version = "" }: ChannelRequest): PreparedHeaders {
    return new PreparedHeaders([
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
      readHere,
      ...(group === "" ? [] : ["tri-service-group", group]),
      ...(version === "" ? [] : ["tri-service-version", version]),
    ]);
  }
}

/**
 * The header fields that vary from attempt to attempt, names and values by turns. `mayBePacked` says that messages of the
 * request may be compressed.
 */
export function varyingHeaders(
  request: ChannelRequest,
  { timeoutMs, previousAttempts }: AttemptDetails,
  mayBePacked: boolean,
): readonly string[] {
  const { header } = request;
  const timed = timeoutMs !== Number.POSITIVE_INFINITY;
  if (!timed && previousAttempts === 0 && header === undefined && !mayBePacked) return noFields;
  const fields = timed ? ["grpc-timeout", formatGrpcTimeout(timeoutMs)] : [];
  if (mayBePacked) fields.push("grpc-encoding", encodingOf(request).name);
  if (previousAttempts > 0) fields.push("grpc-previous-rpc-attempts", String(previousAttempts));
  if (header === undefined) return fields;
  for (const [name, value] of header) {
    checkAttachment(name);
    fields.push(name, value);
  }
  return fields;
}

/** How messages of the request are compressed, if they are. */
export function encodingOf({ encoding }: ChannelRequest): Encoding {
  return encodingNamed(encoding ?? "gzip") ?? gzip;
}

/** @throws ConnectError with `invalid_argument` for a name that HTTP/2 does not allow. */
export function checkAttachment(name: string): void {
  if (forbidden.has(name))
    throw new ConnectError(`HTTP/2 has no header ${name}`, Code.InvalidArgument);
}

const noFields: readonly string[] = [];

/** @see RFC 9113 section 8.2.2 */
const forbidden: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
