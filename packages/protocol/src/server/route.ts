/** One method of a served service, with all that serving a call of it needs. */
import type { DescMethod } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createConnectRouter,
  type HandlerContext,
  type Interceptor,
} from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import type { Logger } from "@thrice/core";
import { type Encoding, encodingNamed, gzip } from "../grpc/encodings.js";
import { binaryCodec, jsonCodec, type MethodCodec } from "../grpc/server-codec.js";
import { jsonTypesOf } from "../json/json-types.js";
import { admitCalls } from "./admit-calls.js";
import type { CallGate } from "./call-gate.js";
import { checkSendable } from "./check-sendable.js";
import { endWhenStopped } from "./end-when-stopped.js";
import type { ServedService } from "./served-service.js";

/** What an implementation has for a method. What goes in and comes out depends on the method's kind. */
export type Handle = (request: unknown, context: HandlerContext) => unknown;

export interface Route {
  readonly method: DescMethod;
  /** `/<service>/<method>`, as the schema spells it. */
  readonly path: string;
  readonly maxReceiveBytes: number;
  /** Longest that a call may take, in milliseconds; `Infinity` for no bound. */
  readonly maxTimeoutMs: number;
  /** What lets calls in; undefined lets all in. */
  readonly gate: CallGate | undefined;
  /** Length from which on answers are compressed, in bytes; `Infinity` for none. */
  readonly compressMinBytes: number;
  /** How answers are compressed, over gRPC. */
  readonly encoding: Encoding;
  readonly handle: Handle;
  readonly binary: MethodCodec;
  readonly json: MethodCodec;
  /** Answers with the protocols that have no path of their own here. */
  readonly universal: UniversalHandler;
}

/** The routes of a service, one for each method. */
export function routesOf(served: ServedService, logger: Logger): Route[] {
  const { maxReceiveBytes, compressMinBytes = unbounded, maxTimeoutMs = unbounded } = served;
  const registry = jsonTypesOf(served.service);
  const router = createConnectRouter({
    acceptCompression: [compressionGzip, compressionBrotli],
    compressMinBytes,
    readMaxBytes: maxReceiveBytes,
    interceptors: [endWhenStopped, ...gatesOf(served), checkSendable(logger, registry)],
    jsonOptions: { registry },
  });
  router.service(served.service, served.implementation);
  return router.handlers.map((universal) => ({
    method: universal.method,
    path: universal.requestPath,
    maxReceiveBytes,
    compressMinBytes,
    maxTimeoutMs,
    gate: served.gates?.get(universal.method.localName),
    encoding: encodingNamed(served.encoding ?? "gzip") ?? gzip,
    handle: handleOf(served, universal.method),
    binary: binaryCodec(universal.method),
    json: jsonCodec(universal.method, registry),
    universal,
  }));
}

function gatesOf({ gates }: ServedService): Interceptor[] {
  if (gates === undefined) return [];
  const byName = new Map([...gates].map(([name, gate]) => [name, admitCalls(gate)] as const));
  return [
    (next) => {
      const gated = new Map([...byName].map(([name, admit]) => [name, admit(next)] as const));
      return (request) => (gated.get(request.method.localName) ?? next)(request);
    },
  ];
}

const unbounded = Number.POSITIVE_INFINITY;

/** A method without a function of its own says so in Connect's words, as it does over the other protocols. */
function handleOf({ implementation }: ServedService, { localName, name, parent }: DescMethod) {
  const handle = (implementation as Record<string, unknown>)[localName];
  if (typeof handle === "function") return handle.bind(implementation) as Handle;
  return () => {
    throw new ConnectError(`${parent.typeName}.${name} is not implemented`, Code.Unimplemented);
  };
}
