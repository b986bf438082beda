import { consoleLogger, newServer } from "@thrice/server";
import { registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

// Three servers in one process, as if each ran on a machine of its own; each remembers whom it has greeted.
const servers = [20_002, 20_003, 20_004].map((port) => {
  const greeted = new Set<string>();
  const greet = ({ name }: { name: string }) => {
    const known = greeted.has(name) ? "again" : "for the first time";
    greeted.add(name);
    return { greeting: `${name}, ${known}, from ${port}` };
  };
  const server = newServer({ port });
  registerGreetServiceHandler(server, { greet, greetRetry: greet, greetTimeout: greet });
  return server;
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => Promise.all(servers.map((server) => server.stop())));
}

try {
  for (const server of servers) await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
  await Promise.all(servers.map((server) => server.stop()));
}
