import { type Address, type Clock, formatAddress } from "@thrice/core";
import type { Channel } from "../channel.js";
import { ConnectionPool } from "../connection/connection-pool.js";
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
}

/** Makes the way to one endpoint: gRPC over HTTP/2 in the clear. Connects when it is first needed. */
export function openChannel(
  target: Pick<Address, "host" | "port">,
  options: ChannelOptions,
): Channel {
  const { connectTimeoutMs, maxReceiveBytes, clock } = options;
  const { host, port } = target;
  const pool = new ConnectionPool({ target: { host, port }, connectTimeoutMs, clock });
  const headers = new RequestHeaders(formatAddress(target));
  const context: ChannelContext = { pool, headers, maxReceiveBytes };
  return {
    start: (request, details, listener) => {
      const { input, method } = request;
      return method.methodKind === "unary" && input.kind === "one"
        ? startUnary(context, request, details, listener)
        : startStream(context, request, details, listener);
    },
    close: () => pool.close(),
  };
}
