/** Our server as a peer of the interop tests. The first argument says what it should be like; it ends with its standard input. */
import { createInterface } from "node:readline";
import { createLogger, newServer, type ServerOptions, tokenCheck } from "@thrice/server";
import { registerGreetServiceHandler } from "../gen/greet/greet_thrice.js";
import { registerKindsServiceHandler } from "../gen/kinds/kinds_thrice.js";
import { tell } from "./tell.js";
import { openRegistry, type RegistryInit } from "./thrice-registry.js";
import { scriptedKinds } from "./thrice-script.js";

/** What the driver wants. */
export interface ThriceServerOptions extends Pick<ServerOptions, "compression"> {
  /** A second implementation of the test service is registered under these. */
  readonly group?: string;
  readonly version?: string;
  /** What the text `who` is answered with. @defaultValue "plain" */
  readonly label?: string;
  /** What callers have to bring as the attachment `token`; nothing if unset. */
  readonly token?: string;
  /** Where it publishes itself; nowhere if unset. */
  readonly registry?: RegistryInit;
}

const options = JSON.parse(process.argv[2] ?? "{}") as ThriceServerOptions;
const {
  group = "",
  version = "",
  compression = "none",
  registry,
  label = "plain",
  token,
} = options;
const logger = createLogger(({ message }) => process.stderr.write(`${message}\n`));
const server = newServer({
  host: "127.0.0.1",
  port: 0,
  reflection: true,
  exposeErrors: true,
  compression,
  compressMinBytes: 0,
  logger,
  ...(token !== undefined && {
    publish: { params: { token } },
    interceptors: [tokenCheck({ attachment: "token", tokens: [token] })],
  }),
  ...(registry !== undefined && { registries: [openRegistry(registry)] }),
});
registerKindsServiceHandler(server, scriptedKinds(label, tell));
if (group !== "" || version !== "") {
  const scripted = scriptedKinds(`${group}/${version}`, tell);
  registerKindsServiceHandler(server, scripted, { group, version });
}

// The server of Dubbo-go's page on request retry.
let requestTime = 0;
registerGreetServiceHandler(server, {
  greet({ name }) {
    tell({ event: "log", text: "Not need retry, request success" });
    return { greeting: name };
  },
  greetRetry({ name }) {
    if (requestTime < 3) {
      requestTime++;
      tell({ event: "log", text: `retry ${requestTime} times` });
      throw new Error("retry");
    }
    tell({ event: "log", text: `retry success, current request time is ${requestTime}` });
    requestTime = 0;
    return { greeting: name };
  },
  greetTimeout: ({ name }) => ({ greeting: name }),
});
await server.serve();
tell({ event: "listening", ...(server.port !== undefined && { port: server.port }) });

for await (const line of createInterface({ input: process.stdin })) {
  if (line !== "stop") continue;
  await server.stop();
  tell({ event: "stopped" });
}
process.exit();
