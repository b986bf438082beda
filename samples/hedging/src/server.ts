import { setTimeout as sleep } from "node:timers/promises";
import { consoleLogger, type HandlerContext, newServer } from "@thrice/server";
import type { GreetRequest } from "./gen/greet/greet_pb.js";
import { type GreetServiceHandler, registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

class GreetHandler implements GreetServiceHandler {
  readonly #server: number;
  readonly #laterMs: number;
  #pauseMs = 0;

  /** `laterMs` is how long each greeting takes but the first. */
  constructor(server: number, laterMs: number) {
    this.#server = server;
    this.#laterMs = laterMs;
  }

  async greet({ name }: GreetRequest, { signal }: HandlerContext) {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = this.#laterMs;
    logger.infof("server %d begins to greet %s", this.#server, name);
    try {
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal });
    } catch (error) {
      logger.infof("server %d is told to stop", this.#server);
      throw error;
    }
    return { greeting: `Hello ${name}, from server ${this.#server}` };
  }

  greetRetry(request: GreetRequest, context: HandlerContext) {
    return this.greet(request, context);
  }

  greetTimeout(request: GreetRequest, context: HandlerContext) {
    return this.greet(request, context);
  }
}

const servers = [
  { port: 20031, handler: new GreetHandler(1, 5_000) },
  { port: 20030, handler: new GreetHandler(2, 0) },
].map(({ port, handler }) => {
  const server = newServer({ port });
  registerGreetServiceHandler(server, handler);
  return server;
});

const stop = () => Promise.all(servers.map((server) => server.stop()));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);

try {
  await Promise.all(servers.map((server) => server.serve()));
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
  await stop();
}
