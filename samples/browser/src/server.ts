import { Code, ConnectError, consoleLogger, newServer } from "@thrice/server";
import { registerCountServiceHandler } from "./gen/count/count_thrice.js";
import { registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";
import { servePage } from "./page-server.js";

const logger = consoleLogger();

const server = newServer({
  port: 20094,
  cors: {
    origins: "http://127.0.0.1:20095",
    allowHeaders: ["x-user"],
    exposeHeaders: ["x-served-by"],
  },
});

registerGreetServiceHandler(server, {
  greet({ name }, { protocolName, requestHeader, responseHeader }) {
    if (name === "") throw new ConnectError("nobody to greet", Code.InvalidArgument);
    logger.infof("%s for %s, over %s", name, requestHeader.get("x-user"), protocolName);
    responseHeader.set("x-served-by", "Thrice");
    return { greeting: `Hello, ${name}` };
  },
  greetRetry: ({ name }) => ({ greeting: name }),
  greetTimeout: ({ name }) => ({ greeting: name }),
});

registerCountServiceHandler(server, {
  async *count({ upTo }) {
    for (let number = 1; number <= upTo; number++) yield { number };
  },
});

try {
  const page = await servePage(20095);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      page.close();
      void server.stop();
    });
  }
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exit(1);
}
