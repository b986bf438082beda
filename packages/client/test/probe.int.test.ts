/** What a probe makes of servers: whether they serve, do not, do not know, hang or are not there. */
import { createServer } from "node:net";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@thrice/client";
import { systemClock } from "@thrice/core";
import { memoryLogger } from "@thrice/core/testing";
import { openChannel } from "@thrice/protocol";
import { newServer } from "@thrice/server";
import { healthCheckMethod } from "../src/health/health-check.js";
import { probeChannel } from "../src/health/probe-channel.js";
import { Bench } from "./support/bench.js";
import { silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** What `probeChannel` says of whatever listens at `port`. */
async function probe(port: number, timeoutMs = 5_000): Promise<boolean> {
  const options = { connectTimeoutMs: 5_000, maxReceiveBytes: 1_024, clock: systemClock };
  const channel = openChannel({ host: "127.0.0.1", port }, options);
  bench.closeLater(() => channel.close());
  return probeChannel(channel, timeoutMs);
}

/** Starts a server that checks its health with `check`. */
async function serveHealth(check: (request: unknown, context: never) => unknown): Promise<number> {
  const logger = memoryLogger({ level: "info" });
  const server = newServer({ host: "127.0.0.1", port: 0, graceMs: 0, logger });
  server.registerService(healthCheckMethod().parent, { check });
  await server.serve();
  bench.closeLater(() => server.stop());
  return server.port ?? 0;
}

const status = (value: number) =>
  Object.assign(create(healthCheckMethod().output), { status: value });

test.each([
  { title: "SERVING", value: 1, isWell: true },
  { title: "NOT_SERVING", value: 2, isWell: false },
])("a server that answers $title is well: $isWell", async ({ value, isWell }) => {
  expect(await probe(await serveHealth(() => status(value)))).toBe(isWell);
});

test.each([
  { code: Code.Unauthenticated, isWell: true },
  { code: Code.PermissionDenied, isWell: true },
  { code: Code.Unavailable, isWell: false },
  { code: Code.Internal, isWell: false },
])("a server that answers with code $code is well: $isWell", async ({ code, isWell }) => {
  const refuse = () => {
    throw new ConnectError("no", code);
  };
  expect(await probe(await serveHealth(refuse))).toBe(isWell);
});

test("a server without a health service is well", async () => {
  const { server } = await bench.serve();
  expect(await probe(server.port ?? 0)).toBe(true);
});

test("a server that does not answer in time is not", async () => {
  expect(await probe(await serveHealth(silence as never), 50)).toBe(false);
});

test("what takes connections and says nothing is not, nor is a port where nobody listens", async () => {
  const mute = createServer((socket) => socket.resume().on("error", () => {}));
  const port = await new Promise<number>((resolve) => {
    mute.listen(0, "127.0.0.1", () => resolve((mute.address() as { port: number }).port));
  });
  expect(await probe(port, 50)).toBe(false);
  await bench.close();
  await new Promise((resolve) => mute.close(resolve));
  expect(await probe(port)).toBe(false);
});
