import { consoleLogger, newServer } from "@thrice/server";
import type { GreetRequest } from "./gen/greet/greet_pb.js";
import { type GreetServiceHandler, registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

class GreetHandler implements GreetServiceHandler {
  readonly #version: string;

  constructor(version: string) {
    this.#version = version;
  }

  greet({ name }: GreetRequest) {
    logger.infof("%s greets %s", this.#version, name);
    return { greeting: `${name} from ${this.#version}` };
  }

  greetRetry(request: GreetRequest) {
    return this.greet(request);
  }

  greetTimeout(request: GreetRequest) {
    return this.greet(request);
  }
}

// Two versions of the service, which elsewhere would be two machines.
const gray = newServer({ port: 20041 });
registerGreetServiceHandler(gray, new GreetHandler("gray"));
const stable = newServer({ port: 20040 });
registerGreetServiceHandler(stable, new GreetHandler("stable"));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => Promise.all([gray.stop(), stable.stop()]));
}

try {
  await gray.serve();
  await stable.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
