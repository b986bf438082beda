import { consoleLogger, hedged, type LoadBalancer, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

/** Takes the endpoints in the order of the address, so that the log is the same from run to run. */
const inOrder: LoadBalancer = {
  name: "in-order",
  createPicker: () => ({ pick: ([first]) => first }),
};

// `retries` says that the request may be sent twice; the proto does not say so of this method.
const client = newClient({
  url: "tri://127.0.0.1:20031;tri://127.0.0.1:20030",
  cluster: hedged({ delayMs: 300 }),
  loadBalance: inOrder,
  retries: 1,
});
const greeter = newGreetService(client);

// Server 1 answers in time, and nobody else is asked.
const first = await greeter.greet({ name: "Ada" });
logger.infof("Greet response: %s", first.greeting);

// Now it needs five seconds. After 300 ms server 2 is asked as well, and answers; server 1 is told to stop.
const second = await greeter.greet({ name: "Grace" });
logger.infof("Greet response: %s", second.greeting);
