import { createTransport } from "@connectrpc/connect/protocol-grpc";
import { compressionGzip } from "@connectrpc/connect-node";
import type { Address, Clock } from "@thrice/core";
import type { Channel } from "../channel.js";
import { createHttp2Client } from "./http2-client.js";
import { Http2Connection } from "./http2-connection.js";
import { startAttempt } from "./start-attempt.js";

/** Limits of a channel. */
export interface ChannelOptions {
  /** Bound of opening a connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Largest message that is read, in bytes. */
  readonly maxReceiveBytes: number;
  /** Measures `connectTimeoutMs`. */
  readonly clock: Clock;
}

/** Makes the way to one endpoint: gRPC over HTTP/2 in the clear. Connects when it is first needed. */
export function openChannel(
  { host, port }: Pick<Address, "host" | "port">,
  options: ChannelOptions,
): Channel {
  const { connectTimeoutMs, maxReceiveBytes, clock } = options;
  const connection = new Http2Connection({ host, port, connectTimeoutMs, clock });
  const transport = createTransport({
    httpClient: createHttp2Client(connection),
    baseUrl: "http://localhost", // only the path is used
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression: [compressionGzip],
    sendCompression: null,
    compressMinBytes: 1024,
    readMaxBytes: maxReceiveBytes,
    writeMaxBytes: 0xffff_ffff,
  });
  return {
    start: (request) => startAttempt(transport, request),
    close: () => connection.close(),
  };
}
