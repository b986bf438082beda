import { ConnectError, consoleLogger, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

const client = newClient({ url: "tri://127.0.0.1:20084" });
const greeter = newGreetService(client);

// Five at once, as fast as one client can be: two run, two wait, and one has no place.
const names = ["Ada", "Grace", "Joan", "Kim", "Liz"];
const calls = names.map((name) => attempt(() => greeter.greet({ name }, { retries: 0 })));
for (const text of await Promise.all(calls)) logger.info(text);

// A refusal says how long to stay away, and a client that may try again does so then.
const patient = ["Ada", "Grace", "Joan", "Kim", "Liz"].map((name) =>
  attempt(() => greeter.greet({ name: `patient ${name}` }, { retries: 9 })),
);
for (const text of await Promise.all(patient)) logger.info(text);

// Too fast for a method: the second call of a second.
for (const name of ["first", "second"]) {
  logger.info(await attempt(() => greeter.greetTimeout({ name }, { retries: 0 })));
}
await greeter.greetRetry({ name: "counts" });
await client.close();

async function attempt(call: () => Promise<{ greeting: string }>): Promise<string> {
  try {
    return (await call()).greeting;
  } catch (error) {
    return ConnectError.from(error).message;
  }
}
