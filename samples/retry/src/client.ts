import { consoleLogger, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

const client = newClient({ url: "tri://127.0.0.1:20000", retries: 3 });
const greeter = newGreetService(client);

try {
  const once = await greeter.greet({ name: "hello world" });
  logger.infof("Greet response: %s", once.greeting);

  const retried = await greeter.greetRetry({ name: "hello world" });
  logger.infof("Greet response: %s", retried.greeting);
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
