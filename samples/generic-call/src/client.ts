/** Knows no schema but what the server tells: there is no generated code here. */
import { ConnectError, consoleLogger, newClient } from "@thrice/client";

const logger = consoleLogger();

const client = newClient({ url: "tri://127.0.0.1:20090", retries: 3 });
const generic = await client.generic({ reflection: true });

for (const name of await generic.services()) logger.infof("the server has %s", name);
const { input } = await generic.method("greet.GreetService/Greet");
logger.infof("Greet takes %s", input.fields.map(({ jsonName }) => jsonName).join(", "));

// JSON in, JSON out, with the retries of the client.
logger.infof("%j", await generic.call("greet.GreetService/Greet", { name: "Ada" }));
logger.infof("%j", await generic.call("greet.GreetService/GreetRetry", { name: "Ada" }));

// A stream, which is left after its first answer.
for await (const answer of generic.stream("grpc.health.v1.Health/Watch", {})) {
  logger.infof("%j", answer);
  break;
}

try {
  await generic.call("greet.GreetService/Greet", { nmae: "Ada" });
} catch (error) {
  logger.infof("%s", ConnectError.from(error).rawMessage);
}
await client.close();
