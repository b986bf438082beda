import { consoleLogger, newServer } from "@thrice/server";
import type { GreetRequest } from "./gen/greet/greet_pb.js";
import { type GreetServiceHandler, registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

class GreetHandler implements GreetServiceHandler {
  #requestTime = 0;

  greet({ name }: GreetRequest) {
    logger.info("Not need retry, request success");
    return { greeting: name };
  }

  greetRetry({ name }: GreetRequest) {
    if (this.#requestTime < 3) {
      this.#requestTime++;
      logger.infof("retry %d times", this.#requestTime);
      throw new Error("retry");
    }
    logger.infof("retry success, current request time is %d", this.#requestTime);
    this.#requestTime = 0;
    return { greeting: name };
  }

  greetTimeout({ name }: GreetRequest) {
    return { greeting: name };
  }
}

// The caller is told the text of the handler's error, so the server need not log it as well.
const server = newServer({ port: 20000, exposeErrors: true });
registerGreetServiceHandler(server, new GreetHandler());

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.stop());

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
