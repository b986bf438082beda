import { authorityOf, type Place } from "@thrice/core";
import type { Channel } from "../channel.js";
import { repairStatus } from "../client/repair-status.js";
import type { ConnectionPool } from "../connection/connection-pool.js";
import { Http1Connections, type Http1Options } from "./http1-connections.js";
import { http2Connections } from "./http2-connections.js";
import { startUniversal } from "./universal-attempt.js";
import { UniversalContext, type UniversalContextOptions } from "./universal-context.js";

/** How a channel speaks off the fast path. */
export interface UniversalChannelOptions
  extends Omit<UniversalContextOptions, "baseUrl" | "connections">,
    Http1Options {
  /** Makes the connections of HTTP/2; unset, HTTP/1.1 is spoken. */
  readonly openPool: (() => ConnectionPool) | undefined;
}

/** Makes the way to one endpoint, for Connect, gRPC-Web, and gRPC in JSON. */
export function openUniversalChannel(place: Place, options: UniversalChannelOptions): Channel {
  const repair = options.protocol === "grpc" ? repairStatus : asItCame;
  const connections =
    options.openPool === undefined
      ? new Http1Connections(place, options)
      : http2Connections(options.openPool(), repair);
  const baseUrl = `${options.tls === undefined ? "http" : "https"}://${authorityOf(place)}`;
  const context = new UniversalContext({ ...options, baseUrl, connections });
  return {
    get openConnections() {
      return connections.openConnections;
    },
    start: (request, details, listener) => startUniversal(context, request, details, listener),
    redialSoon: () => connections.redialSoon(),
    retire: () => connections.retire(),
    close: () => connections.close(),
  };
}

function asItCame(headers: Headers): Headers {
  return headers;
}
