import { consistentHash, consoleLogger, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();
const all = ["tri://127.0.0.1:20002", "tri://127.0.0.1:20003", "tri://127.0.0.1:20004"];
const names = ["ada", "grace", "alan", "edsger", "barbara", "donald"];

// The same name goes to the same server each time.
const loadBalance = consistentHash({ fields: ["name"] });
const greeter = newGreetService(newClient({ url: all, loadBalance }));
for (const name of [...names, ...names]) await greet(greeter, name);

// Without the last server only its names move.
logger.info("without 20004");
const fewer = newGreetService(newClient({ url: all.slice(0, 2), loadBalance }));
for (const name of names) await greet(fewer, name);

async function greet({ greet }: typeof greeter, name: string): Promise<void> {
  try {
    const { greeting } = await greet({ name });
    logger.info(greeting);
  } catch (error) {
    logger.error((error as Error).message);
    process.exitCode = 1;
  }
}
