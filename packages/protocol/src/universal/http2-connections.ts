import type { ConnectionPool } from "../connection/connection-pool.js";
import type { HttpConnections } from "./http-exchange.js";
import { Http2Exchange } from "./http2-exchange.js";

/** Requests over the HTTP/2 connections of a pool. */
export function http2Connections(
  pool: ConnectionPool,
  repair: (headers: Headers) => Headers,
): HttpConnections {
  return {
    get openConnections() {
      return pool.openConnections;
    },
    open: () => new Http2Exchange(pool, repair),
    redialSoon: () => pool.forgetFailures(),
    retire: () => pool.drain(),
    close: () => pool.close(),
  };
}
