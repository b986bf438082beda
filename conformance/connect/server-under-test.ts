/**
 * A Thrice server as the runner of the suite wants it: reads from the standard input what it should be like, tells on the
 * standard output where it listens, and stops at SIGTERM.
 */
import { create } from "@bufbuild/protobuf";
import { createLogger, newServer, type ServerTlsOptions } from "@thrice/server";
import {
  type ServerCompatRequest,
  ServerCompatRequestSchema,
  ServerCompatResponseSchema,
} from "../.cache/connect/gen/connectrpc/conformance/v1/server_compat_pb.js";
import { ConformanceService } from "../.cache/connect/gen/connectrpc/conformance/v1/service_pb.js";
import { readMessages, writeMessage } from "./framed-messages.js";
import { conformanceService } from "./service.js";

// The standard output belongs to the suite.
const logger = createLogger(({ message }) => process.stderr.write(`${message}\n`), {
  level: "warn",
});

for await (const request of readMessages(ServerCompatRequestSchema, process.stdin)) {
  await serve(request);
  break;
}

async function serve(request: ServerCompatRequest): Promise<void> {
  const { messageReceiveLimit } = request;
  const tls = request.useTls ? tlsOf(request) : undefined;
  const server = newServer({
    host: "127.0.0.1",
    port: 0,
    graceMs: 0,
    compression: "gzip",
    compressMinBytes: 0,
    tls,
    logger,
    ...(messageReceiveLimit > 0 && { maxReceiveBytes: messageReceiveLimit }),
  });
  // Not by the generated function, which wants a handler for every method.
  server.registerService(ConformanceService, conformanceService);
  await server.serve();
  process.once("SIGTERM", () => void server.stop().then(() => process.exit()));
  const { port } = server;
  writeMessage(
    ServerCompatResponseSchema,
    create(ServerCompatResponseSchema, {
      host: "127.0.0.1",
      ...(port !== undefined && { port }),
      ...(tls !== undefined && { pemCert: tls.cert as Uint8Array }),
    }),
  );
}

function tlsOf({ serverCreds, clientTlsCert }: ServerCompatRequest): ServerTlsOptions {
  if (serverCreds === undefined) throw new Error("a server with TLS needs a certificate");
  const { cert, key } = serverCreds;
  return { cert, key, ...(clientTlsCert.length > 0 && { ca: clientTlsCert }) };
}
