import { ConnectError, consoleLogger, type LoadBalancer, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";
import { secondOpinion } from "./second-opinion.js";

const logger = consoleLogger();

/** Takes the endpoints in the order of the address, so that the log is the same from run to run. */
const inOrder: LoadBalancer = {
  name: "in-order",
  createPicker: () => ({ pick: ([first]) => first }),
};

const client = newClient({
  url: "tri://127.0.0.1:20022;tri://127.0.0.1:20021;tri://127.0.0.1:20020",
  cluster: secondOpinion,
  loadBalance: inOrder,
});
const greeter = newGreetService(client);

// Servers 1 and 2 do not agree, so server 3 decides.
await greet("Ada");

// With two servers that do not agree there is no answer.
const two = newClient({
  url: "tri://127.0.0.1:20022;tri://127.0.0.1:20021",
  cluster: secondOpinion,
  loadBalance: inOrder,
  logger: consoleLogger({ level: "error" }),
});
await greet("Grace", newGreetService(two));

async function greet(name: string, service = greeter): Promise<void> {
  try {
    const { greeting } = await service.greet({ name });
    logger.infof("Greet response: %s", greeting);
  } catch (error) {
    logger.infof("Greet failed: %s", ConnectError.from(error).message);
  }
}
