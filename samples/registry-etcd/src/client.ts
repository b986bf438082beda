import { setTimeout as pause } from "node:timers/promises";
import { consoleLogger, newClient } from "@thrice/client";
import { etcdRegistry } from "@thrice/registry-etcd";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();
const [calls = "100", members = "http://127.0.0.1:2379"] = process.argv.slice(2);

// To say how often lets every method be repeated, also when its answer was lost with a server that was killed.
const client = newClient({ registries: [etcdRegistry({ members })], retries: 2 });
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
