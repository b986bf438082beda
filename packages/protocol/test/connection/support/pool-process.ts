/** A program that uses a pool and ends: `pool-process.ts <port> idle|abandoned|waiting|closed|closed early`. */
import { ConnectionPool } from "../../../src/connection/connection-pool.js";
import { send } from "./requests.js";

const [port, how] = process.argv.slice(2);
const pool = new ConnectionPool({
  target: { host: "127.0.0.1", port: Number(port) },
  connectTimeoutMs: how === "waiting" ? 300 : 1_000_000,
});
const { connection, abandon } = pool.connect();
if (how === "idle") {
  const { kind } = await send(await connection).end;
  console.log(kind);
} else if (how === "abandoned") {
  abandon();
  console.log("abandoned");
} else if (how?.startsWith("closed")) {
  connection.catch(() => {});
  if (how === "closed") send(await connection);
  await pool.close();
  await new Promise((resolve) => setImmediate(resolve));
  console.log(JSON.stringify(process.getActiveResourcesInfo().filter(isOurs)));
} else {
  await connection.catch(({ outcome }) => console.log(outcome));
}

/** What a pool opens; the rest belongs to the program and its loader. */
function isOurs(resource: string): boolean {
  return /TCP|Timeout|Immediate|GetAddrInfo/.test(resource);
}
