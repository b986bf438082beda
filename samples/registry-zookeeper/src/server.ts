import { zookeeperRegistry } from "@thrice/registry-zookeeper";
import { consoleLogger, newServer } from "@thrice/server";
import type { GreetRequest } from "./gen/greet/greet_pb.js";
import { registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();
const [port = "20060", members = "127.0.0.1:2181"] = process.argv.slice(2);

const server = newServer({
  port: Number(port),
  // Left out, the server listens on all interfaces and publishes the machine's address.
  host: "127.0.0.1",
  registries: [zookeeperRegistry({ members })],
});

const greet = ({ name }: GreetRequest) => ({ greeting: `${name} from ${server.port}` });
registerGreetServiceHandler(server, { greet, greetRetry: greet, greetTimeout: greet });

// Withdraws from ZooKeeper first, then lets running calls finish.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.stop());

try {
  await server.serve();
  logger.infof("serves on port %d", server.port);
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
