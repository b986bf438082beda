import { consoleLogger, newServer } from "@thrice/server";
import { type GreetServiceHandler, registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

/** Greets in its own way. */
function handlerOf(greeting: string): GreetServiceHandler {
  const greet = ({ name }: { name: string }) => ({ greeting: `${greeting} ${name}` });
  return { greet, greetRetry: greet, greetTimeout: greet };
}

// One service, three times, each under a key of its own.
const server = newServer({ port: 20083, stopOnSignals: true });
registerGreetServiceHandler(server, handlerOf("hello"), { version: "1.0.0" });
registerGreetServiceHandler(server, handlerOf("hello dear"), { version: "2.0.0" });
registerGreetServiceHandler(server, handlerOf("moin"), { version: "2.0.0", group: "north" });

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
