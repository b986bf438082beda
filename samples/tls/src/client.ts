import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "node:tls";
import { ConnectError, consoleLogger, newClient } from "@thrice/client";
import { fileOf, renew } from "./certificates.js";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();
process.chdir(join(import.meta.dirname, ".."));

const url = "tri://127.0.0.1:20092";
const caFile = fileOf("ca.pem");
const own = { certFile: fileOf("client.pem"), keyFile: fileOf("client.key") };
const client = newClient({ url, tls: { caFile, ...own } });
const greeter = newGreetService(client);

// Who shows no certificate is turned away.
const stranger = newClient({ url, tls: { caFile }, retries: 0 });
await newGreetService(stranger)
  .greet({ name: "Eve" })
  .catch((error) => logger.infof("without a certificate: %s", ConnectError.from(error).rawMessage));
await stranger.close();

logger.infof("%s", await greet());
logger.infof("the server shows %s", await shownByServer());

// Both certificates are renewed while calls go on; none of them fails.
await renew("server", "greeter-2");
while ((await shownByServer()) !== "greeter-2") await greet();
logger.infof("the server shows %s", "greeter-2");

await renew("client", "orders-2");
let greeting = "";
while (!greeting.endsWith("orders-2")) {
  await pause(20);
  greeting = await greet();
}
logger.infof("%s", greeting);
const { calls, retries } = client.counters();
logger.infof("more than ten calls: %s, retries: %d", calls > 10, retries);
await client.close();

async function greet(): Promise<string> {
  return (await greeter.greet({ name: "Ada" })).greeting;
}

/** The name in the certificate that a new connection is shown. */
async function shownByServer(): Promise<string> {
  const ca = readFileSync(caFile);
  const [cert, key] = [readFileSync(own.certFile), readFileSync(own.keyFile)];
  const socket = connect({ port: 20092, host: "127.0.0.1", ca, cert, key, ALPNProtocols: ["h2"] });
  await once(socket, "secureConnect");
  const { CN: name } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(name);
}
