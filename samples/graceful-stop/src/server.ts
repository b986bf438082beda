import { setTimeout as sleep } from "node:timers/promises";
import { consoleLogger, newServer } from "@thrice/server";
import { registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

// SIGTERM and SIGINT stop the server: running calls have up to ten seconds, and the process then ends by itself.
const server = newServer({ port: 20085, stopOnSignals: true, graceMs: 10_000 });
registerGreetServiceHandler(server, {
  /** Stands for whoever stops the server, such as Kubernetes. */
  greet({ name }) {
    logger.infof("stopping, as %s asks", name);
    process.kill(process.pid, "SIGTERM");
    return { greeting: "stopping" };
  },

  async greetTimeout({ name }) {
    await sleep(500);
    logger.infof("%s has its answer", name);
    return { greeting: `hello ${name}` };
  },

  greetRetry: ({ name }) => ({ greeting: name }),
});

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
