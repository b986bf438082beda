/**
 * grpc-go against ours: `pnpm interop:grpc-go [pattern of names]`. Builds the peer with Go, and starts both sides as
 * processes of their own on the loopback interface. Where there is no Go it says so, and exits with 0.
 */
import { checkBuiltIn, checkGeneric } from "./builtin-checks.js";
import { buildGoPeer, needGo, thrice } from "./go-build.js";
import {
  checkDrain,
  checkGrpcCompression,
  checkServiceConfigRetry,
  type Sides,
} from "./grpc-checks.js";
import { startClient, startServer } from "./peer-process.js";
import { checkPromises } from "./promises.js";
import { Tally } from "./tally.js";

needGo();
const grpcGo = buildGoPeer("grpc-go");
const tally = new Tally(process.argv[2]);

const theirClient: Sides["startClient"] = (ports, { gzip = false, serviceConfig = "" } = {}) =>
  startClient(grpcGo, { addresses: ports.map((port) => `127.0.0.1:${port}`), gzip, serviceConfig });
const ourClient: Sides["startClient"] = (ports, { gzip = false, serviceConfig = "" } = {}) =>
  startClient(thrice("client"), {
    url: ports.map((port) => `tri://127.0.0.1:${port}`).join(";"),
    ...(serviceConfig !== "" && { serviceConfig }),
    ...(gzip && { compression: "gzip", compressMinBytes: 0 }),
  });

await checkPair({
  title: "grpc-go's client, our server",
  startClient: theirClient,
  startServer: () => startServer(thrice("server"), { compression: "gzip" }),
});
await checkPair({
  title: "our client, grpc-go's server",
  startClient: ourClient,
  startServer: () => startServer(grpcGo, {}),
});
process.exit(tally.end());

async function checkPair(sides: Sides): Promise<void> {
  const server = await sides.startServer();
  const client = sides.startClient([server.port]);
  const pair = { title: sides.title, client, server };
  await checkPromises(tally, pair);
  await checkBuiltIn(tally, pair);
  if (sides.startClient === ourClient) await checkGeneric(tally, pair);
  await checkGrpcCompression(tally, sides, server);
  await client.close();
  await server.close();
  await checkServiceConfigRetry(tally, sides);
  await checkDrain(tally, sides);
}
