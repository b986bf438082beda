import { setTimeout as sleep } from "node:timers/promises";
import { consoleLogger, type HandlerContext, newServer } from "@thrice/server";
import type { GreetRequest } from "./gen/greet/greet_pb.js";
import { type GreetServiceHandler, registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

class GreetHandler implements GreetServiceHandler {
  readonly #greeted = new Set<string>();

  /** Takes a second the first time it hears a name, and no time after that. */
  async greetTimeout({ name }: GreetRequest, { signal }: HandlerContext) {
    const pace = this.#greeted.has(name) ? "fast" : "slow";
    logger.infof("greeting %s, %s", name, pace);
    this.#greeted.add(name);
    if (pace === "slow") await sleep(1_000, undefined, { signal });
    return { greeting: name };
  }

  greet({ name }: GreetRequest) {
    return { greeting: name };
  }

  greetRetry({ name }: GreetRequest) {
    return { greeting: name };
  }
}

const server = newServer({ port: 20001 });
registerGreetServiceHandler(server, new GreetHandler());

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.stop());

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
