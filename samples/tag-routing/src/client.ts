import { ConnectError, consoleLogger, newClient, tagRouter } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

const router = tagRouter();
const client = newClient({
  url: ["tri://127.0.0.1:20040", "tri://127.0.0.1:20041?dubbo.tag=gray"],
  routers: [router],
});
const greeter = newGreetService(client);

// Without a tag: servers without one.
await greet("Ada", {});

// With a tag: servers that have it.
await greet("Ben", { "dubbo.tag": "gray" });

// With a tag that no server has: servers without one, unless the call insists.
await greet("Cleo", { "dubbo.tag": "blue" });
await greet("Dan", { "dubbo.tag": "blue", "dubbo.force.tag": "true" });

// Rules can be replaced while calls run. Wrong ones are refused, and those before stay.
for (const address of ["127.0.0.1", "127.0.0.1:20041"]) {
  const result = router.setRules(`
tags:
  - name: blue
    addresses: ["${address}"]
`);
  logger.info(result.ok ? "rules taken" : `line ${result.line}: ${result.reason}`);
  await greet("Eve", { "dubbo.tag": "blue" });
}

async function greet(name: string, attachments: Record<string, string>): Promise<void> {
  try {
    const { greeting } = await greeter.greet({ name }, { attachments });
    logger.info(greeting);
  } catch (error) {
    logger.info(ConnectError.from(error).message);
  }
}
