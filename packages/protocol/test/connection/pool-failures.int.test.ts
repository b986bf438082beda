/** What a pool says of peers that cannot be connected to, and that none of them is an uncaught exception. */
import { execFile } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import {
  ConnectionPool,
  type ConnectionPoolOptions,
} from "../../src/connection/connection-pool.js";
import type { Target } from "../../src/connection/dial/target.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { frameTypes, goawayFrame, rawFrame } from "../support/frames.js";
import { openHeldServer, openTcpServer } from "./support/open-server.js";
import { send } from "./support/requests.js";

const closing = closeAfterEach();
expectNothingUncaught();

const settings = rawFrame(frameTypes.settings, 0, 0, new Uint8Array());

/** The failure of a caller of a new pool. */
async function failureOf(target: Target, options: Partial<ConnectionPoolOptions> = {}) {
  const pool = closing(new ConnectionPool({ target, ...options }));
  const error = await pool.connect().connection.catch((reason) => reason);
  return `${error.outcome}: ${error.rawMessage}`;
}

function toPort(port: number): Target {
  return { host: "127.0.0.1", port };
}

test("a port where nobody listens", async () => {
  const { port, close } = await openTcpServer(() => {});
  await close();
  expect(await failureOf(toPort(port))).toBe(
    `connect-failed: cannot connect to 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
  );
});

test("a Unix domain socket that is not there", async () => {
  expect(await failureOf({ path: "/nonexistent/greeter.sock" })).toMatch(
    /^connect-failed: cannot connect to unix:\/nonexistent\/greeter.sock: connect ENOENT/,
  );
});

test("a path that is too long for a socket", async () => {
  expect(await failureOf({ path: `/${"x".repeat(500)}` })).toMatch(/^connect-failed/);
});

test.each(["greeter.invalid", "not a name", "a\0b", ".", "x".repeat(300)])(
  "a name that does not resolve: %j",
  async (host) => {
    const failure = await failureOf({ host, port: 1 }, { connectTimeoutMs: 20_000 });
    expect(failure).toMatch(/^connect-failed: cannot connect to /);
  },
  30_000,
);

const hello = Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n");
test.each<{ what: string; act: (socket: Socket) => void; text: RegExp }>([
  { what: "closes at once", act: (to) => to.end(), text: /the peer closed the connection/ },
  { what: "resets at once", act: (to) => to.resetAndDestroy(), text: /ECONNRESET/ },
  { what: "talks HTTP/1.1", act: (to) => to.write(hello), text: /does not speak HTTP\/2/ },
  { what: "talks nonsense", act: (to) => to.write(Buffer.alloc(64, 255)), text: /not speak/ },
  { what: "talks like a client", act: (to) => to.write("PRI * HTTP/2.0\r\n"), text: /not speak/ },
  {
    what: "sends away",
    act: (to) => to.write(Buffer.concat([settings, goawayFrame(0, 0)])),
    text: /the peer went away with NO_ERROR/,
  },
  {
    what: "complains",
    act: (to) => to.write(Buffer.concat([settings, goawayFrame(0, 11)])),
    text: /the peer went away with ENHANCE_YOUR_CALM/,
  },
  {
    what: "sends settings that are none",
    act: (to) => to.write(rawFrame(frameTypes.settings, 0, 0, Buffer.alloc(5))),
    text: /not speak HTTP\/2: SETTINGS of a wrong size/,
  },
])("a peer that $what", async ({ act, text }) => {
  const { port } = closing(await openTcpServer(act));
  const failure = await failureOf(toPort(port));
  expect(failure).toMatch(/^connect-failed: cannot connect to 127/);
  expect(failure).toMatch(text);
});

test("a server of HTTP/1.1", async () => {
  const server = createHttpServer();
  const { port } = closing(await openTcpServer((socket) => server.emit("connection", socket)));
  expect(await failureOf(toPort(port))).toMatch(/^connect-failed: .*does not speak HTTP\/2/);
});

test("a peer that accepts and stays silent", async () => {
  const { port } = closing(await openTcpServer((socket) => socket.resume()));
  expect(await failureOf(toPort(port), { connectTimeoutMs: 50 })).toMatch(
    /^connect-failed: .*: no answer within connectTimeoutMs 50$/,
  );
});

test("a peer that sends half its SETTINGS", async () => {
  const { port } = closing(await openTcpServer((socket) => socket.write(settings.subarray(0, 5))));
  expect(await failureOf(toPort(port), { connectTimeoutMs: 50 })).toMatch(/no answer within/);
});

test("a pool that is closed", async () => {
  const pool = new ConnectionPool({ target: toPort(1) });
  await pool.close();
  await expect(pool.connect().connection).rejects.toMatchObject({
    outcome: "rejected",
    rawMessage: "the client is closed",
  });
});

test("a pool that is closed while it connects", async () => {
  const { port, sockets } = closing(await openTcpServer((socket) => socket.resume()));
  const pool = new ConnectionPool({ target: toPort(port) });
  const waiting = pool.connect().connection.catch(({ outcome }) => outcome);
  await pool.close();
  expect(await waiting).toBe("rejected");
  expect(sockets.length).toBeLessThanOrEqual(1);
});

test("30 connections that are reset in the midst of requests end them all", async () => {
  const server = closing(await openHeldServer());
  const pool = closing(new ConnectionPool({ target: toPort(server.port) }));
  for (let turn = 0; turn < 30; turn++) {
    const requests = Array.from({ length: 5 }, async () => {
      const connection = await pool.connect().connection;
      const { end } = send(connection);
      setImmediate(() => server.sockets.at(-1)?.resetAndDestroy());
      return (await end).kind;
    });
    expect(new Set(await Promise.all(requests))).toEqual(new Set(["connection-lost"]));
  }
});

test.each([
  { how: "idle", prints: "completed\n", silent: false },
  { how: "abandoned", prints: "abandoned\n", silent: true },
  { how: "closed", prints: "[]\n", silent: false },
  { how: "closed early", prints: "[]\n", silent: true },
  { how: "waiting", prints: "connect-failed\n", silent: true },
])(
  "a process whose pool is $how ends by itself",
  async ({ how, prints, silent }) => {
    const held = closing(await openHeldServer());
    held.release();
    const mute = closing(await openTcpServer((socket) => socket.resume()));
    const { port } = silent ? mute : held;
    const script = `${__dirname}/support/pool-process.ts`;
    const args = ["--conditions=@thrice/source", "--import", "tsx", script, String(port), how];
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, args, { timeout: 20_000 });
    expect(stdout).toBe(prints);
  },
  30_000,
);

test("a listener whose backlog is full", async () => {
  // A stopped process accepts nothing, and the kernel answers no more once its queue is full.
  const program =
    'require("net").createServer().listen({ host: "127.0.0.1", port: 0, backlog: 1 }, function () {' +
    'require("fs").writeSync(1, String(this.address().port)); process.kill(process.pid, "SIGSTOP"); })';
  const child = execFile(process.execPath, ["-e", program]);
  const port = await new Promise<number>((resolve) => {
    child.stdout?.once("data", (text) => resolve(Number(text)));
  });
  const fillers = Array.from({ length: 4 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  const failure = await failureOf(toPort(port), { connectTimeoutMs: 300 });
  for (const socket of fillers) socket.destroy();
  child.kill("SIGKILL");
  expect(failure).toMatch(/no answer within connectTimeoutMs 300/);
});
