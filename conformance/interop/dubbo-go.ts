/**
 * Dubbo-go against ours: `pnpm interop:dubbo-go [pattern of names]`. Builds the peer with Go, and starts both sides as
 * processes of their own on the loopback interface. Where there is no Go it says so, and exits with 0.
 */
import { freePort } from "../support/free-port.js";
import { buildGoPeer, needGo, thrice } from "./go-build.js";
import { startClient, startServer } from "./peer-process.js";
import { checkPromises } from "./promises.js";
import { Tally } from "./tally.js";

needGo();
const dubboGo = buildGoPeer("dubbo-go");
const tally = new Tally(process.argv[2]);

const ours = await startServer(thrice("server"), { group: "blue", version: "2.0" });
const theirs = await startServer(dubboGo, {
  port: await freePort(),
  group: "blue",
  version: "2.0",
});
const [ourUrl, theirUrl] = [ours, theirs].map(({ port }) => `tri://127.0.0.1:${port}`);

const theirClient = startClient(dubboGo, { url: ourUrl, retries: -1 });
await checkPromises(tally, {
  title: "Dubbo-go's client, our server",
  client: theirClient,
  server: ours,
});
const ourClient = startClient(thrice("client"), { url: theirUrl });
await checkPromises(tally, {
  title: "our client, Dubbo-go's server",
  client: ourClient,
  server: theirs,
});
for (const each of [theirClient, ourClient, ours, theirs]) await each.close();
process.exit(tally.end());
