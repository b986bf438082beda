/** Clients of Thrice, one for all calls that want the same of it. */
import { type Client, type ClientOptions, createLogger, newClient } from "@thrice/client";
import type { ClientCompatRequest } from "../.cache/connect/gen/connectrpc/conformance/v1/client_compat_pb.js";
import {
  Codec,
  Compression,
  HTTPVersion,
  Protocol,
} from "../.cache/connect/gen/connectrpc/conformance/v1/config_pb.js";

const clients = new Map<string, Client>();

// The standard output belongs to the suite.
const logger = createLogger(({ message }) => process.stderr.write(`${message}\n`), {
  level: "warn",
});

/** Finds or makes the client for a call. */
export function clientFor(request: ClientCompatRequest): Client {
  const options = optionsFor(request);
  const key = JSON.stringify(options);
  let client = clients.get(key);
  if (client === undefined) {
    client = newClient({ ...options, logger });
    clients.set(key, client);
  }
  return client;
}

export async function closeClients(): Promise<void> {
  await Promise.all([...clients.values()].map((client) => client.close()));
}

/** One attempt for each call, whatever has become of the calls before it. */
const once: Partial<ClientOptions> = {
  retries: 0,
  attemptTimeoutMs: 0,
  connectTimeoutMs: 20_000,
  health: false,
  throttle: false,
};

function optionsFor(request: ClientCompatRequest): ClientOptions {
  const { host, port, messageReceiveLimit, compression } = request;
  return {
    ...once,
    url: `tri://${host}:${port}`,
    tls: tlsFor(request),
    protocol: protocols[request.protocol as keyof typeof protocols],
    httpVersion: request.httpVersion === HTTPVersion.HTTP_VERSION_1 ? "1.1" : "2",
    useBinaryFormat: request.codec === Codec.PROTO,
    useHttpGet: request.useGetHttpMethod && request.protocol === Protocol.CONNECT,
    compression: compressions[compression as keyof typeof compressions],
    compressMinBytes: 0,
    ...(messageReceiveLimit > 0 && { maxReceiveBytes: messageReceiveLimit }),
  };
}

const protocols = {
  [Protocol.CONNECT]: "connect",
  [Protocol.GRPC]: "grpc",
  [Protocol.GRPC_WEB]: "grpc-web",
} as const;

const compressions = {
  [Compression.UNSPECIFIED]: "none",
  [Compression.IDENTITY]: "none",
  [Compression.GZIP]: "gzip",
  [Compression.BR]: "br",
} as const;

function tlsFor({ serverTlsCert, clientTlsCreds }: ClientCompatRequest): ClientOptions["tls"] {
  if (serverTlsCert.length === 0) return false;
  const pem = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  const ca = pem(serverTlsCert);
  if (clientTlsCreds === undefined) return { ca };
  return { ca, cert: pem(clientTlsCreds.cert), key: pem(clientTlsCreds.key) };
}
