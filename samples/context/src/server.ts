import { consoleLogger, newServer } from "@thrice/server";
import { registerGreetServiceHandler } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();

const server = newServer({ port: 20082, stopOnSignals: true });
registerGreetServiceHandler(server, {
  /** Attachments are headers on the wire; what is set here goes back before and after the answer. */
  greet({ name }, { requestHeader, responseHeader, responseTrailer }) {
    const tenant = requestHeader.get("tenant") ?? "nobody";
    logger.infof("greeting %s of %s", name, tenant);
    responseHeader.set("served-by", "the sample");
    responseTrailer.set("greetings-left", "41");
    return { greeting: `hello ${name} of ${tenant}` };
  },

  /** A list is several headers of one name; a name that ends in `-bin` carries bytes as base64. */
  greetRetry({ name }, { requestHeader }) {
    const token = Buffer.from(requestHeader.get("token-bin") ?? "", "base64");
    logger.infof("roles %s, token of %d bytes", requestHeader.get("role"), token.length);
    return { greeting: name };
  },

  greetTimeout: ({ name }) => ({ greeting: name }),
});

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
