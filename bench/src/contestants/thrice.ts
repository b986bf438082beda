import { newClient } from "@thrice/client";
import { newServer } from "@thrice/server";
import type { Connect, Serve } from "../contestant.js";
import { newEchoService, registerEchoServiceHandler } from "../gen/echo/echo_thrice.js";
import { echoHandler } from "./echo-handler.js";
import { clientOfStub } from "./stub-client.js";

/** The whole server, with nothing but its address set. */
export const serve: Serve = async (tls) => {
  const server = newServer({ port: 0, host: "127.0.0.1", tls });
  registerEchoServiceHandler(server, echoHandler);
  await server.serve();
  if (server.port === undefined) throw new Error("the server has no port");
  return server.port;
};

/** The whole client: generated stub, failover with its budget, load balancer. */
export const connect: Connect = async (port, tls) => {
  const url = `tri://127.0.0.1:${port}`;
  const client = newClient({ url, ...(tls !== undefined && { tls: { ca: tls.cert } }) });
  return clientOfStub(newEchoService(client));
};
