import { Code, ConnectError, consoleLogger, type HandlerContext, newServer } from "@thrice/server";
import type { GreetRequest } from "./gen/greet/greet_pb.js";
import { type GreetServiceHandler, registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";
import { setUpTelemetry } from "./set-up.js";

const logger = consoleLogger();
const { telemetry, tracer, stop: stopTelemetry } = await setUpTelemetry(20072);

class GreetHandler implements GreetServiceHandler {
  readonly #isBroken: boolean;

  constructor(isBroken: boolean) {
    this.#isBroken = isBroken;
  }

  greet({ name }: GreetRequest, { requestHeader }: HandlerContext) {
    // What a handler does of its own belongs to the same trace.
    return tracer.startActiveSpan("look up the greeting", (span) => {
      const isOfCaller = requestHeader.get("traceparent")?.includes(span.spanContext().traceId);
      logger.infof("greets %s; the trace is the caller's: %s", name, isOfCaller);
      span.end();
      if (this.#isBroken) throw new ConnectError("out of order", Code.Unavailable);
      return { greeting: `Hello, ${name}` };
    });
  }

  greetRetry(request: GreetRequest, context: HandlerContext) {
    return this.greet(request, context);
  }

  greetTimeout(request: GreetRequest, context: HandlerContext) {
    return this.greet(request, context);
  }
}

/** Two servers in one program, of which the first one is out of order. */
const servers = [20071, 20070].map((port) => {
  const server = newServer({ port, interceptors: [telemetry.server] });
  registerGreetServiceHandler(server, new GreetHandler(port === 20071));
  return server;
});

const stop = () => Promise.all([...servers.map((server) => server.stop()), stopTelemetry()]);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);

try {
  await Promise.all(servers.map((server) => server.serve()));
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
  await stop();
}
