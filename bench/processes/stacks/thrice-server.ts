import { Code, ConnectError } from "@connectrpc/connect";
import { newServer } from "@thrice/server";
import { echoHandler } from "../../src/contestants/echo-handler.js";
import { registerEchoServiceHandler } from "../../src/gen/echo/echo_thrice.js";
import type { StartServer } from "./stack.js";

/** The whole server, with nothing but its address set. */
export const startServer: StartServer = async ({ host, port, behaving }) => {
  const server = newServer({ host, port });
  registerEchoServiceHandler(server, {
    ...echoHandler,
    async unary({ text, delayMs }) {
      if (await behaving.handle(delayMs)) return { text };
      throw new ConnectError("told to refuse", Code.Unavailable);
    },
  });
  await server.serve();
  return { port: server.port ?? 0, stop: () => server.stop() };
};
