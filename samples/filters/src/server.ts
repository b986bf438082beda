import {
  accessLog,
  Code,
  ConnectError,
  consoleLogger,
  newServer,
  recovery,
  signatureCheck,
  tokenCheck,
} from "@thrice/server";
import { registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

// Without `write` the whole line, with time and duration, goes to the standard output.
const write = (line: string) => {
  const { method, code, requestId } = JSON.parse(line);
  logger.infof("%s %s, request %s", method, code, requestId ?? "without id");
};

// The first one sees a request first and its answer last: the log tells of calls that the checks turn away, too.
const server = newServer({
  port: 20052,
  stopOnSignals: true,
  interceptors: [
    accessLog({ format: "json", write }),
    tokenCheck({ tokens: ["token-of-the-sample"] }),
  ],
});

class NobodyError extends Error {}

registerGreetServiceHandler(
  server,
  {
    greet({ name }) {
      if (name === "") throw new NobodyError();
      return { greeting: `hello ${name}` };
    },
    greetRetry: ({ name }) => ({ greeting: name }),
    greetTimeout: ({ name }) => ({ greeting: name }),
  },
  {
    interceptors: [
      signatureCheck({ secrets: { sample: "a secret of the sample" } }),
      recovery((thrown) =>
        thrown instanceof NobodyError
          ? new ConnectError("who is there?", Code.InvalidArgument)
          : undefined,
      ),
    ],
  },
);

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
