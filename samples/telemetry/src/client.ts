import { consoleLogger, type LoadBalancer, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";
import { addToken, logAttempt, logCall } from "./interceptors.js";

const logger = consoleLogger();

/** Takes the endpoints in the order of the address, so that the log is the same from run to run. */
const inOrder: LoadBalancer = {
  name: "in-order",
  createPicker: () => ({ pick: ([first]) => first }),
};

const client = newClient({
  url: "tri://127.0.0.1:20051;tri://127.0.0.1:20050",
  retries: 2,
  loadBalance: inOrder,
  interceptors: [logCall],
  attemptInterceptors: [logAttempt, addToken],
});
const greeter = newGreetService(client);

// The first server is out of order, so there are two attempts of one call.
const { greeting } = await greeter.greet(
  { name: "Ada" },
  {
    onExplain: ({ attempts }) => {
      for (const { endpoint, reason, outcome, code } of attempts) {
        logger.infof("explained: to %s, %s; %s, %s", endpoint, reason, outcome, code);
      }
    },
  },
);
logger.infof("Greet response: %s", greeting);

const { calls, attempts, retries } = client.counters();
logger.infof("calls %d, attempts %d, retries %d", calls, attempts, retries);
