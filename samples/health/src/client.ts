import { consoleLogger, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";
import { HealthCheckResponse_ServingStatus as Status } from "./gen/grpc/health/v1/health_pb.js";
import { newHealth } from "./gen/grpc/health/v1/health_thrice.js";

const logger = consoleLogger();

const client = newClient({ url: "tri://127.0.0.1:20086" });
const greeter = newGreetService(client);
const health = newHealth(client);

const { status } = await health.check({ service: "" });
logger.infof("the server: %s", nameOf(status));

// The first answer comes at once, the others when something changes.
const orders = ["rest", "wake"];
for await (const { status: watched } of health.watch({ service: "greet.GreetService" })) {
  logger.infof("greet.GreetService: %s", nameOf(watched));
  const name = orders.shift();
  if (name === undefined) break;
  await greeter.greet({ name });
}
await client.close();

function nameOf(wanted: Status): string {
  return Object.entries(Status).find(([, value]) => value === wanted)?.[0] ?? "?";
}
