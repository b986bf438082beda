import { type CallOptions, ConnectError, consoleLogger, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

const client = newClient({ url: "tri://127.0.0.1:20001" });
const greeter = newGreetService(client);

// Every attempt has three seconds unless someone says otherwise: the slow answer comes in time.
await greet("patient", {});

// The whole call has 200 ms, all attempts and pauses included: the call fails.
await greet("hasty", { timeoutMs: 200, retries: 3 });

// Each attempt has 200 ms: the first one is given up, the second one is answered.
await greet("persistent", { attemptTimeoutMs: 200, retries: 3 });

async function greet(name: string, options: CallOptions): Promise<void> {
  try {
    const { greeting } = await greeter.greetTimeout({ name }, options);
    logger.infof("Greet response: %s", greeting);
  } catch (error) {
    logger.infof("Greet failed: %s", ConnectError.from(error).message);
  }
}
