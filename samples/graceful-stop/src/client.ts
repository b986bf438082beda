import { Code, ConnectError, consoleLogger, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();
const url = "tri://127.0.0.1:20085";

const client = newClient({ url });
const greeter = newGreetService(client);

// This one takes half a second, and is under way when the server is told to stop.
const slow = greeter.greetTimeout({ name: "Ada" });
const asked = await greeter.greet({ name: "Grace" });
logger.infof("Greet response: %s", asked.greeting);

// Closing the client lets what runs finish, within the time that it is given.
const closed = client.close({ graceMs: 5_000 });
logger.infof("Greet response: %s", (await slow).greeting);
await closed;

// The server has stopped. With more than one server, this call would go to another.
const late = newClient({ url });
try {
  await newGreetService(late).greet({ name: "Late" }, { retries: 0 });
} catch (error) {
  logger.infof("Greet failed: %s", Code[ConnectError.from(error).code]);
}
await late.close();
