import { consoleLogger, newServer } from "@thrice/server";
import type { GreetRequest } from "./gen/greet/greet_pb.js";
import { type GreetServiceHandler, registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

class GreetHandler implements GreetServiceHandler {
  readonly #place: string;
  readonly #word: string;

  constructor(place: string, word: string) {
    this.#place = place;
    this.#word = word;
  }

  greet({ name }: GreetRequest) {
    logger.infof("server %s greets %s", this.#place, name);
    return { greeting: `${this.#word}, ${name}` };
  }

  greetRetry(request: GreetRequest) {
    return this.greet(request);
  }

  greetTimeout(request: GreetRequest) {
    return this.greet(request);
  }
}

/** Three servers in one program; the one in the middle has it wrong. */
const servers = ["Hello", "Good-bye", "Hello"].map((word, at) => {
  const server = newServer({ port: 20022 - at });
  registerGreetServiceHandler(server, new GreetHandler(`${at + 1}`, word));
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
