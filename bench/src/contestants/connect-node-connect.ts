import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import type { Connect } from "../contestant.js";
import { EchoService } from "../gen/echo/echo_pb.js";
import { clientOfStub } from "./stub-client.js";

export { serve } from "./connect-node-server.js";

/** connect-node with the Connect protocol over HTTP/2, in its binary format. */
export const connect: Connect = async (port, tls) => {
  const transport = createConnectTransport({
    baseUrl: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    httpVersion: "2",
    useBinaryFormat: true,
    acceptCompression: [],
    ...(tls !== undefined && { nodeOptions: { ca: tls.cert } }),
  });
  return clientOfStub(createClient(EchoService, transport));
};
