/** The process of a server. */
import type { Registry } from "@thrice/core";
import { newServer, type Server } from "@thrice/server";
import { answerCommands } from "../../processes/process/answer-commands.js";
import { wallMs } from "../../processes/process/wall-clock.js";
import { echoHandler } from "../../src/contestants/echo-handler.js";
import { registerEchoServiceHandler } from "../../src/gen/echo/echo_thrice.js";
import { newRegistry } from "../engine/new-registry.js";
import type { ServerCommands } from "./commands.js";

const firstCall = Promise.withResolvers<{ atMs: number }>();
let server: Server | undefined;

answerCommands<ServerCommands>({
  serve: async ({ place }) => {
    const registry = newRegistry(place);
    let askedMs = Number.NaN;
    const noting: Registry = {
      name: registry.name,
      watch: (service, onUpdate) => registry.watch(service, onUpdate),
      close: () => registry.close(),
      register: (provider) => {
        askedMs = wallMs();
        return registry.register(provider);
      },
    };
    server = newServer({ port: 0, host: "127.0.0.1", registries: [noting] });
    registerEchoServiceHandler(server, {
      ...echoHandler,
      unary({ text }) {
        firstCall.resolve({ atMs: wallMs() });
        return { text };
      },
    });
    await server.serve();
    return { endpoint: `127.0.0.1:${server.port}`, askedMs };
  },
  firstCall: () => firstCall.promise,
  stop: () => {
    const askedMs = wallMs();
    void server?.stop();
    return { askedMs };
  },
});
