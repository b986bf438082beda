import { join } from "node:path";
import { consoleLogger, type HandlerContext, newServer, peerKey } from "@thrice/server";
import { fileOf, makeCertificates } from "./certificates.js";
import type { GreetRequest } from "./gen/greet/greet_pb.js";
import { type GreetServiceHandler, registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();
process.chdir(join(import.meta.dirname, ".."));
await makeCertificates();

const server = newServer({
  port: 20092,
  stopOnSignals: true,
  // Callers have to show a certificate that the authority has signed.
  tls: { certFile: fileOf("server.pem"), keyFile: fileOf("server.key"), caFile: fileOf("ca.pem") },
  // Callers connect anew from time to time, and show what they are called by then.
  maxConnectionAgeMs: 1_000,
});

class GreetHandler implements GreetServiceHandler {
  #lastCaller = "";

  greet({ name }: GreetRequest, { values }: HandlerContext) {
    const peer = values.get(peerKey);
    const caller = peer?.commonName ?? "nobody";
    if (caller !== this.#lastCaller) logger.infof("%s calls, %s", caller, peer?.uris[0]);
    this.#lastCaller = caller;
    return { greeting: `Hello, ${name}, by way of ${caller}` };
  }

  greetRetry(request: GreetRequest, context: HandlerContext) {
    return this.greet(request, context);
  }

  greetTimeout(request: GreetRequest, context: HandlerContext) {
    return this.greet(request, context);
  }
}

registerGreetServiceHandler(server, new GreetHandler());
try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
