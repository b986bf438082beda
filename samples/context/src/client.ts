import { consoleLogger, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

// Attachments of all levels go with a call; for a name that several have, the nearest one counts.
const client = newClient({ url: "tri://127.0.0.1:20082", attachments: { tenant: "blue" } });
const greeter = newGreetService(client);

const onHeader = (header: Headers) => logger.infof("before: %s", header.get("served-by"));
const onTrailer = (trailer: Headers) => logger.infof("after: %s", trailer.get("greetings-left"));
const first = await greeter.greet({ name: "Ada" }, { onHeader, onTrailer });
logger.infof("Greet response: %s", first.greeting);

const attachments = { tenant: "green" };
const second = await greeter.greet({ name: "Grace" }, { attachments });
logger.infof("Greet response: %s", second.greeting);

const token = Buffer.from([0, 255, 128]).toString("base64");
const several = { role: ["reader", "writer"], "token-bin": token };
await greeter.greetRetry({ name: "Joan" }, { attachments: several });

// What steers the protocol is no attachment: it is refused before anything is sent.
try {
  await greeter.greet({ name: "Kim" }, { attachments: { retries: "9" } });
} catch (error) {
  logger.infof("Greet failed: %s", (error as Error).message);
}
await client.close();
