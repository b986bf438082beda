import { ConnectError, consoleLogger, newClient, type ServiceOptions } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

// What the client says holds for its services, unless they say something else.
const client = newClient({ url: "tri://127.0.0.1:20083", version: "1.0.0" });

await greet({});
await greet({ version: "2.0.0" });
await greet({ version: "2.0.0", group: "north" });

// Nobody serves this key, and the server says so.
await greet({ version: "3.0.0" });
await client.close();

async function greet(key: ServiceOptions): Promise<void> {
  try {
    const { greeting } = await newGreetService(client, key).greet({ name: "Ada" });
    logger.infof("Greet response: %s", greeting);
  } catch (error) {
    logger.infof("Greet failed: %s", ConnectError.from(error).message);
  }
}
