import { createSecureServer, createServer } from "node:http2";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { Serve } from "../contestant.js";
import { EchoService } from "../gen/echo/echo_pb.js";
import { echoHandler } from "./echo-handler.js";
import { listen } from "./listen.js";

/** One server for both protocols. It compresses nothing, as grpc-js does by default. */
export const serve: Serve = (tls) => {
  const handler = connectNodeAdapter({
    acceptCompression: [],
    routes: (router) => router.service(EchoService, echoHandler),
  });
  return listen(
    tls === undefined ? createServer(handler) : createSecureServer({ ...tls }, handler),
  );
};
