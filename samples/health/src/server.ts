import { consoleLogger, newServer } from "@thrice/server";
import { registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

// Health is there unless it is switched off; reflection tells tools the schema: `buf curl`, grpcurl.
const server = newServer({ port: 20086, stopOnSignals: true, reflection: true });
registerGreetServiceHandler(server, {
  /** Stands for whatever tells the application that it cannot serve for a while, and then can. */
  greet({ name }) {
    const status = name === "rest" ? "not_serving" : "serving";
    server.health.set("greet.GreetService", status);
    logger.infof("greet.GreetService is %s", status);
    return { greeting: name };
  },

  greetRetry: ({ name }) => ({ greeting: name }),
  greetTimeout: ({ name }) => ({ greeting: name }),
});

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
