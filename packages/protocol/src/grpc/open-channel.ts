import { authorityOf, type Clock, type Place } from "@thrice/core";
import type { Channel } from "../channel.js";
import { ConnectionPool } from "../connection/connection-pool.js";
import { systemNetwork } from "../connection/dial/network.js";
import { SecureNetwork } from "../connection/dial/secure-network.js";
import type { ClientTls } from "../tls/client-tls.js";
import { openUniversalChannel } from "../universal/open-universal-channel.js";
import type { Protocol } from "../universal/universal-context.js";
import type { ChannelContext } from "./client-context.js";
import { RequestHeaders } from "./client-request.js";
import { startStream } from "./client-stream.js";
import { startUnary } from "./client-unary.js";

/** Limits of a channel. */
export interface ChannelOptions {
  /** Bound of opening a connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Largest message that is read, in bytes. */
  readonly maxReceiveBytes: number;
  /** Measures times. */
  readonly clock: Clock;
  /** Secures the connections; in the clear if unset. */
  readonly tls?: ClientTls | undefined;
  /** What is spoken. @defaultValue "grpc" */
  readonly protocol?: Protocol | undefined;
  /** What carries Connect and gRPC-Web; gRPC needs "2". @defaultValue "2" */
  readonly httpVersion?: "1.1" | "2" | undefined;
  /** Messages in the binary form; as JSON if false. @defaultValue true */
  readonly useBinaryFormat?: boolean | undefined;
  /** Whether Connect asks with GET where the method has no side effects. @defaultValue false */
  readonly useHttpGet?: boolean | undefined;
}

/** Makes the way to one endpoint. Connects when it is first needed. */
export function openChannel(place: Place, options: ChannelOptions): Channel {
  const { protocol = "grpc", httpVersion = "2", useBinaryFormat = true } = options;
  if (protocol === "grpc" && useBinaryFormat) return openGrpcChannel(place, options);
  return openUniversalChannel(place, {
    ...{ ...options, protocol, useBinaryFormat, useHttpGet: options.useHttpGet === true },
    openPool: httpVersion === "2" ? () => openPool(place, options) : undefined,
  });
}

function openPool(place: Place, { connectTimeoutMs, clock, tls }: ChannelOptions): ConnectionPool {
  const target = "path" in place ? { path: place.path } : { host: place.host, port: place.port };
  const network = tls === undefined ? systemNetwork : new SecureNetwork(tls, target);
  return new ConnectionPool({ target, connectTimeoutMs, clock }, network);
}

/** The fast path: gRPC over HTTP/2, in the binary form. */
function openGrpcChannel(place: Place, options: ChannelOptions): Channel {
  const { maxReceiveBytes, clock, tls } = options;
  const pool = openPool(place, options);
  const scheme = tls === undefined ? "http" : "https";
  const headers = new RequestHeaders(scheme, authorityOf(place));
  const context: ChannelContext = { pool, headers, maxReceiveBytes, clock };
  return {
    get openConnections() {
      return pool.openConnections;
    },
    start: (request, details, listener) => {
      const { input, method } = request;
      return method.methodKind === "unary" && input.kind === "one"
        ? startUnary(context, request, details, listener)
        : startStream(context, request, details, listener);
    },
    redialSoon: () => pool.forgetFailures(),
    retire: () => pool.drain(),
    close: () => pool.close(),
  };
}
