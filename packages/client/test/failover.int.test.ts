/** Where attempts go: other endpoints first, dead ones passed over, turns kept. */
import { createServer, type Server as TcpServer } from "node:net";
import { attemptsOf, Code, ConnectError, failfast, random, roundRobin } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf } from "./support/notes.js";
import { failing, silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = await listenTcp(createServer());
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A port that takes connections and hangs up. */
async function deadPort(): Promise<number> {
  const server = await listenTcp(createServer((socket) => socket.destroy()));
  bench.closeLater(() => new Promise((resolve) => server.close(() => resolve())));
  return portOf(server);
}

function listenTcp(server: TcpServer): Promise<TcpServer> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function portOf(server: TcpServer): number {
  return (server.address() as { port: number }).port;
}

describe("failover", () => {
  test("passes over a refusing and a dead endpoint, also for a method that is not idempotent", async () => {
    const [good, refusing, dead] = await Promise.all([bench.serve(), freePort(), deadPort()]);
    const url = [`127.0.0.1:${refusing}`, `127.0.0.1:${dead}`, good.url];
    const { stub, logger } = bench.client({ url, loadBalance: roundRobin });
    for (let call = 0; call < 6; call++) {
      expect((await stub.unary({ text: `${call}` })).text).toBe(`${call}`);
    }
    expect(good.attempts()).toBe(6);
    expect(logger.records).toEqual([]);
  });

  test("goes to another server when the one at work is killed, if the method may be repeated", async () => {
    const first = await bench.serve({ put: silence }, { graceMs: 0 });
    const second = await bench.serve();
    const { stub } = bench.client({ url: [first.url, second.url] });
    const answer = stub.put({ text: "hi" });
    await first.arrival(1);
    await first.server.stop();
    expect((await answer).text).toBe("hi");
    expect([first.attempts(), second.attempts()]).toEqual([1, 1]);
  });

  test("does not repeat a method that may have been served, unless retries is set", async () => {
    const first = await bench.serve({ unary: silence }, { graceMs: 0 });
    const second = await bench.serve();
    const { stub } = bench.client({ url: [first.url, second.url] });
    const failure = failureOf(stub.unary({ text: "hi" }));
    await first.arrival(1);
    await first.server.stop();
    expect(await failure).toMatchObject({ code: Code.Unavailable });
    expect(attemptsOf(await failure)).toMatchObject([
      { endpoint: first.id, outcome: "answered", code: "unavailable" },
    ]);
    expect(second.attempts()).toBe(0);
  });

  test("tries every endpoint once before any of them twice", async () => {
    const servers = await bench.serveMany(3, { unary: failing(() => new Error("no")) });
    const { stub } = bench.client({ url: servers.map(({ url }) => url), retries: 4 });
    const error = await failureOf(stub.unary({ text: "hi" }));
    const tried = attemptsOf(error).map(({ endpoint }) => endpoint);
    expect(new Set(tried.slice(0, 3))).toEqual(new Set(servers.map(({ id }) => id)));
    expect(tried).toHaveLength(5);
  });

  test("connects again to a server that comes back on its port", async () => {
    const first = await bench.serve();
    const { stub } = bench.client({ url: first.url });
    await stub.unary({ text: "before" });
    const port = first.server.port ?? 0;
    await first.server.stop();
    expect(await failureOf(stub.unary({ text: "during" }))).toMatchObject({
      code: Code.Unavailable,
    });
    await bench.serve({}, { port });
    expect((await stub.unary({ text: "after" })).text).toBe("after");
  });
});

describe("no server there", () => {
  test("is unavailable, names the endpoints and counts the attempts", async () => {
    const ports = [await freePort(), await freePort()];
    const { stub, logger } = bench.client({ url: ports.map((port) => `127.0.0.1:${port}`) });
    const error = await failureOf(stub.unary({ text: "hi" }));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({
      code: Code.Unavailable,
      message: expect.stringMatching(/ECONNREFUSED.*3 attempts/),
    });
    expect((error as ConnectError).message).toContain(`127.0.0.1:${ports[0]}`);
    expect((error as ConnectError).message).toContain(`127.0.0.1:${ports[1]}`);
    expect(attemptsOf(error).map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 3 }, () => "connect-failed"),
    );
    expect(logger.records).toMatchObject([{ level: "warn" }]);
  });

  test("that takes the connection and says nothing fails within connectTimeoutMs", async () => {
    let accepted: (() => void) | undefined;
    const connected = new Promise<void>((resolve) => {
      accepted = resolve;
    });
    const mute = await listenTcp(
      createServer((socket) => socket.resume().once("data", () => accepted?.())),
    );
    bench.closeLater(() => new Promise((resolve) => mute.close(() => resolve())));
    const { stub, clock } = bench.client({
      url: `127.0.0.1:${portOf(mute)}`,
      connectTimeoutMs: 200,
      retries: 0,
    });
    const failure = failureOf(stub.unary({ text: "hi" }));
    await connected;
    await clock.advance(200);
    expect(await failure).toMatchObject({
      code: Code.Unavailable,
      message: expect.stringContaining("connectTimeoutMs 200"),
    });
  });
});

describe("failfast", () => {
  test.each([
    { title: "without retries", retries: {} },
    { title: "whatever retries says", retries: { retries: 5 } },
  ])("makes one attempt $title", async ({ retries }) => {
    const servers = await bench.serveMany(2, { read: failing(() => new Error("no")) });
    const { stub, logger } = bench.client({ url: servers.map(({ url }) => url), ...retries });
    const error = await failureOf(stub.read({ text: "hi" }, { cluster: failfast }));
    expect(error).toMatchObject({ code: Code.Unknown });
    expect(servers.map((server) => server.attempts()).sort()).toEqual([0, 1]);
    expect(logger.records).toEqual([]);
  });
});

describe("load balance", () => {
  test("roundRobin gives each of three servers its turn", async () => {
    const servers = await bench.serveMany(3);
    const { stub } = bench.client({
      url: servers.map(({ url }) => url),
      loadBalance: roundRobin,
    });
    for (let call = 0; call < 30; call++) await stub.unary({ text: "hi" });
    expect(servers.map((server) => server.attempts())).toEqual([10, 10, 10]);
  });

  test("roundRobin keeps the turns of each method apart", async () => {
    const servers = await bench.serveMany(2);
    const { stub } = bench.client({
      url: servers.map(({ url }) => url),
      loadBalance: roundRobin,
    });
    for (let call = 0; call < 10; call++) {
      await stub.unary({ text: "hi" });
      await stub.read({ text: "hi" });
    }
    const counts = servers.map((server) => [server.attempts("unary"), server.attempts("read")]);
    expect(counts).toEqual([
      [5, 5],
      [5, 5],
    ]);
  });

  test("random follows the weights, and weight 0 takes nothing", async () => {
    const servers = await bench.serveMany(3);
    const weights = [3, 1, 0];
    const { stub } = bench.client({
      url: servers.map(({ url }, index) => `${url}?weight=${weights[index]}`),
      loadBalance: random,
      random: evenly(40),
    });
    for (let call = 0; call < 40; call++) await stub.unary({ text: "hi" });
    expect(servers.map((server) => server.attempts())).toEqual([30, 10, 0]);
  });
});

/** Draws that cover 0 to 1 in `steps` even steps. */
function evenly(steps: number): () => number {
  let draw = 0;
  return () => (draw++ % steps) / steps;
}
