import { Code, ConnectError, consoleLogger, newServer } from "@thrice/server";
import { registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();
let failures = 0;

// Reflection tells callers the schema, so that they need none of their own.
const server = newServer({ port: 20090, stopOnSignals: true, reflection: true });
registerGreetServiceHandler(server, {
  greet: ({ name }) => ({ greeting: `Hello, ${name}` }),

  greetRetry({ name }) {
    if (failures++ < 2) throw new ConnectError("not yet", Code.Unavailable);
    logger.infof("greets %s after %d failures", name, failures - 1);
    return { greeting: `Hello at last, ${name}` };
  },

  greetTimeout: ({ name }) => ({ greeting: name }),
});

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
