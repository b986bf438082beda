import { Code, ConnectError, consoleLogger, type HandlerContext, newServer } from "@thrice/server";
import type { GreetRequest } from "./gen/greet/greet_pb.js";
import { type GreetServiceHandler, registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

class GreetHandler implements GreetServiceHandler {
  readonly #isBroken: boolean;

  constructor(isBroken: boolean) {
    this.#isBroken = isBroken;
  }

  greet({ name }: GreetRequest, { requestHeader }: HandlerContext) {
    logger.infof("greets %s, who shows %s", name, requestHeader.get("authorization"));
    if (this.#isBroken) throw new ConnectError("out of order", Code.Unavailable);
    return { greeting: `Hello, ${name}` };
  }

  greetRetry(request: GreetRequest, context: HandlerContext) {
    return this.greet(request, context);
  }

  greetTimeout(request: GreetRequest, context: HandlerContext) {
    return this.greet(request, context);
  }
}

/** Two servers in one program, of which the first one is out of order. */
const servers = [20051, 20050].map((port) => {
  const server = newServer({ port });
  registerGreetServiceHandler(server, new GreetHandler(port === 20051));
  return server;
});

const stop = () => Promise.all(servers.map((server) => server.stop()));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);

try {
  await Promise.all(servers.map((server) => server.serve()));
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
  await stop();
}
