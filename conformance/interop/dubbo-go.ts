/**
 * Dubbo-go against ours: `pnpm interop:dubbo-go [pattern of names]`. Builds the peer with Go, and starts both sides as
 * processes of their own on the loopback interface. Where there is no Go it says so, and exits with 0.
 */

import { freePort } from "../support/free-port.js";
import { checkBuiltIn, checkGeneric } from "./builtin-checks.js";
import { checkDiscovery } from "./discovery-checks.js";
import { checkDubbo, checkDubboClient, checkDubboServer } from "./dubbo-checks.js";
import { type Engine, startEtcd, startZookeeper } from "./engines.js";
import { buildGoPeer, needGo, thrice } from "./go-build.js";
import { startClient, startServer } from "./peer-process.js";
import { checkPromises } from "./promises.js";
import { Tally } from "./tally.js";

needGo();
const dubboGo = buildGoPeer("dubbo-go");
const tally = new Tally(process.argv[2]);
const programs = { dubboGo, thriceServer: thrice("server"), thriceClient: thrice("client") };
const grouped = { group: "blue", version: "2.0" };

await theirClientOurServer();
await ourClientTheirServer();
// What takes time there is mostly waiting.
await Promise.all([throughEngine(startEtcd), throughEngine(startZookeeper)]);
process.exit(tally.end());

async function theirClientOurServer(): Promise<void> {
  const title = "Dubbo-go's client, our server";
  const server = await startServer(thrice("server"), { ...grouped, compression: "gzip" });
  const client = startClient(dubboGo, { url: `tri://127.0.0.1:${server.port}`, retries: -1 });
  await checkPromises(tally, { title, client, server });
  await checkBuiltIn(tally, { title, client, server });
  await client.close();
  await checkDubbo(tally, { title, clientProgram: dubboGo, server });
  await checkDubboClient(tally, dubboGo, server);
  await server.close();
}

async function ourClientTheirServer(): Promise<void> {
  const title = "our client, Dubbo-go's server";
  const server = await startServer(dubboGo, { port: await freePort(), ...grouped });
  const client = startClient(thrice("client"), { url: `tri://127.0.0.1:${server.port}` });
  await checkPromises(tally, { title, client, server }, { errorDetails: true });
  await checkBuiltIn(tally, { title, client, server }, { unknownServiceCode: 17 });
  await checkGeneric(tally, { title, client, server });
  await client.close();
  await checkDubbo(tally, { title, clientProgram: thrice("client"), server });
  await checkDubboServer(tally, { dubboGo, thriceClient: thrice("client") }, server);
  await server.close();
}

async function throughEngine(start: () => Promise<Engine>): Promise<void> {
  let engine: Engine;
  try {
    engine = await start();
  } catch (reason) {
    console.log(`interop: discovery is left out: ${(reason as Error).message}`);
    return;
  }
  await checkDiscovery(tally, engine, programs);
  await engine.close();
}
