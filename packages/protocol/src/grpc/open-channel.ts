import { authorityOf, type Clock, type Place } from "@thrice/core";
import type { Channel } from "../channel.js";
import { ConnectionPool } from "../connection/connection-pool.js";
import { systemNetwork } from "../connection/dial/network.js";
import { SecureNetwork } from "../connection/dial/secure-network.js";
import type { ClientTls } from "../tls/client-tls.js";
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
}

/** Makes the way to one endpoint: gRPC over HTTP/2. Connects when it is first needed. */
export function openChannel(place: Place, options: ChannelOptions): Channel {
  const { connectTimeoutMs, maxReceiveBytes, clock, tls } = options;
  const target = "path" in place ? { path: place.path } : { host: place.host, port: place.port };
  const network = tls === undefined ? systemNetwork : new SecureNetwork(tls, target);
  const pool = new ConnectionPool({ target, connectTimeoutMs, clock }, network);
  const scheme = tls === undefined ? "http" : "https";
  const headers = new RequestHeaders(scheme, authorityOf(target));
  const context: ChannelContext = { pool, headers, maxReceiveBytes, clock };
  return {
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
