/**
 * Decides from its headers how a request is served.
 *
 * Hot path: the decision is kept with the part of a header list that repeats. The rest of the list, often a timeout, is
 * only looked through for fields that would change it.
 */
import type { HeaderList } from "@thrice/http2";
import { encodingNamed } from "../grpc/encodings.js";
import {
  answerForms,
  type GrpcPlan,
  isGrpc,
  parseGrpcContentType,
  readsEncoding,
} from "../grpc/server-plan.js";
import type { Route } from "./route.js";
import type { Routes } from "./routes.js";

/** How a request is served. */
export type RequestPlan =
  | (GrpcPlan & Expectation)
  /** By Connect's handlers. */
  | ({ readonly kind: "universal"; readonly route: Route } & Expectation)
  /** Not at all. */
  | { readonly kind: "miss"; readonly isGrpc: boolean; readonly reason: string };

interface Expectation {
  /** Whether the caller waits for a 100 (Continue) before it sends the content. @see RFC 9110 section 10.1.1 */
  readonly expectsContinue: boolean;
}

/** Decides for the request whose headers are `headers`. The memo of a shared part is taken to be ours. */
export function planRequest(headers: HeaderList, routes: Routes): RequestPlan {
  const { shared, own } = headers;
  for (let i = 0; i < own.length; i += 2) {
    if (deciding.has(own[i] as string)) return decide(headers, routes);
  }
  // A list without a shared part has the same empty one as all others have.
  if (shared.fields.length === 0) return decide(headers, routes);
  const kept = shared.memo as RequestPlan | undefined;
  if (kept !== undefined) return kept;
  const plan = decide(headers, routes);
  shared.memo = plan;
  return plan;
}

const deciding: ReadonlySet<string> = new Set([
  ":method",
  ":path",
  "content-type",
  "expect",
  "grpc-accept-encoding",
  "grpc-encoding",
  "tri-service-group",
  "tri-service-version",
]);

function decide(headers: HeaderList, routes: Routes): RequestPlan {
  const type = headers.get("content-type") ?? "";
  const found = routes.find(headers.get(":path") ?? "", {
    group: headers.get("tri-service-group") ?? "",
    version: headers.get("tri-service-version") ?? "",
  });
  if (found.kind === "miss") return { kind: "miss", isGrpc: isGrpc(type), reason: found.reason };
  const { route } = found;
  const expectsContinue = headers.get("expect")?.toLowerCase() === "100-continue";
  const spoken = headers.get(":method") === "POST" ? parseGrpcContentType(type) : undefined;
  if (spoken === undefined) return { kind: "universal", route, expectsContinue };
  const encoding = headers.get("grpc-encoding") ?? "identity";
  const sentEncoding = encodingNamed(encoding);
  return {
    kind: "grpc",
    route,
    expectsContinue,
    codec: spoken === "json" ? route.json : route.binary,
    form: answerForms[spoken],
    sentEncoding,
    unknownEncoding: sentEncoding || encoding === "identity" ? undefined : encoding,
    sharedTimeout: valueIn(headers.shared.fields, "grpc-timeout"),
    compressMinBytes: readsEncoding(
      route.encoding.name,
      headers.get("grpc-accept-encoding"),
      encoding,
    )
      ? route.compressMinBytes
      : Number.POSITIVE_INFINITY,
  };
}

function valueIn(fields: readonly string[], name: string): string | undefined {
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === name);
  return at < 0 ? undefined : fields[at + 1];
}
