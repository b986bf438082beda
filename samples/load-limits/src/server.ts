import { setTimeout as sleep } from "node:timers/promises";
import { consoleLogger, newServer, tokenBucket } from "@thrice/server";
import { registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

// Two calls run, two wait for up to a second; what matters least makes room. What is too much is turned away.
const server = newServer({
  port: 20084,
  stopOnSignals: true,
  maxConcurrency: 2,
  maxQueuedCalls: 2,
  maxQueueMs: 1_000,
  pushbackMs: 600,
});
registerGreetServiceHandler(
  server,
  {
    async greet({ name }) {
      logger.infof("greeting %s", name);
      await sleep(200);
      return { greeting: `hello ${name}` };
    },

    greetRetry({ name }) {
      const { concurrency, queue, rate } = server.load.refused;
      logger.infof(
        "turned away: at once %d, while waiting %d, too fast %d",
        concurrency,
        queue,
        rate,
      );
      return { greeting: name };
    },

    greetTimeout: ({ name }) => ({ greeting: name }),
  },
  // One call a second of this method.
  { methodLimits: { greetTimeout: { rateLimit: tokenBucket({ perSecond: 1, burst: 1 }) } } },
);

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
