import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { Connect } from "../contestant.js";
import { EchoService } from "../gen/echo/echo_pb.js";
import { clientOfStub } from "./stub-client.js";

export { serve } from "./connect-node-server.js";

/** connect-node with the gRPC protocol. */
export const connect: Connect = async (port, tls) => {
  const transport = createGrpcTransport({
    baseUrl: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    acceptCompression: [],
    ...(tls !== undefined && { nodeOptions: { ca: tls.cert } }),
  });
  return clientOfStub(createClient(EchoService, transport));
};
