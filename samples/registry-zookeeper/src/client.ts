import { setTimeout as pause } from "node:timers/promises";
import { consoleLogger, newClient } from "@thrice/client";
import { zookeeperRegistry } from "@thrice/registry-zookeeper";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();
const [calls = "100", members = "127.0.0.1:2181"] = process.argv.slice(2);

// To say how often lets every method be repeated, also when its answer was lost with a server that was killed.
const client = newClient({ registries: [zookeeperRegistry({ members })], retries: 2 });
const greeter = newGreetService(client);

for (let call = 1; call <= Number(calls); call++) {
  try {
    const { greeting } = await greeter.greet({ name: `hello ${call}` });
    logger.info(greeting);
  } catch (error) {
    logger.error((error as Error).message);
  }
  await pause(200);
}

await client.close();
