/** What a client leaves behind: nothing that runs, nothing that listens, nothing that keeps the process alive. */
import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ClusterStrategy, Code, ConnectError, type Interceptor } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";
import { failing, silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

describe("close()", () => {
  test("fails a call that runs as unavailable", async () => {
    const server = await bench.serve({ unary: silence });
    const { client, stub } = bench.client({ url: server.url });
    const failure = failureOf(stub.unary({}));
    await server.arrival(1);
    await client.close();
    expect(await failure).toBeInstanceOf(ConnectError);
    expect(await failure).toMatchObject({
      code: Code.Unavailable,
      message: expect.stringContaining("the client is closed"),
    });
  });

  test("breaks a stream that is being read as unavailable", async () => {
    const server = await bench.serve({
      async *watch(request, context) {
        yield { text: "first" };
        await silence(request, context);
      },
    });
    const { client, stub } = bench.client({ url: server.url });
    const stream = stub.watch({})[Symbol.asyncIterator]();
    await stream.next();
    const failure = failureOf(stream.next());
    await client.close();
    expect(await failure).toMatchObject({
      code: Code.Unavailable,
      rawMessage: "the client is closed",
    });
  });

  test.each([
    { title: "never used", calls: 0 },
    { title: "in use", calls: 1 },
  ])("lets a client that was $title send nothing more", async ({ calls }) => {
    const server = await bench.serve();
    const { client, stub } = bench.client({ url: server.url, retries: 3 });
    for (let call = 0; call < calls; call++) await stub.unary({});
    await client.close();
    await client.close();
    const closed = { code: Code.Unavailable, message: expect.stringContaining("client is closed") };
    expect(await failureOf(stub.unary({}))).toMatchObject(closed);
    expect(await failureOf(readAll(stub.chat(notes("a"))))).toMatchObject(closed);
    expect(server.attempts()).toBe(calls);
  });

  test("keeps a call that waits for its next attempt from sending it", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no")) });
    const { client, stub, clock } = bench.client({
      url: server.url,
      retries: 3,
      random: () => 0.9,
    });
    const failure = failureOf(stub.unary({}));
    await server.arrival(1);
    await clock.advance(0);
    await client.close();
    expect(await failure).toMatchObject({ code: Code.Unavailable });
    expect(server.attempts()).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("fails a call whose interceptor waits", async () => {
    const { client, stub } = bench.client({ url: "127.0.0.1:1", interceptors: [waitForEver] });
    const failure = failureOf(stub.unary({}));
    await client.close();
    expect(await failure).toMatchObject({ rawMessage: "the client is closed" });
  });
});

describe("close({ graceMs })", () => {
  /** A server whose calls run until the test lets them go. */
  async function serveHeld() {
    const released = Promise.withResolvers<void>();
    const server = await bench.serve({
      unary: async ({ text }) => {
        await released.promise;
        return { text };
      },
      async *watch() {
        yield { text: "first" };
        await released.promise;
        yield { text: "last" };
      },
    });
    return { server, release: () => released.resolve() };
  }

  test("takes no new call, lets those that run finish, and needs no more time than that", async () => {
    const { server, release } = await serveHeld();
    const { client, stub, clock } = bench.client({ url: server.url });
    const unary = stub.unary({ text: "whole" });
    const stream = readAll(stub.watch({}));
    await server.arrival(2);
    const closed = client.close({ graceMs: 60_000 });
    expect(await failureOf(stub.unary({}))).toMatchObject({ rawMessage: "the client is closed" });
    expect(await failureOf(readAll(stub.watch({})))).toMatchObject({ code: Code.Unavailable });
    release();
    expect((await unary).text).toBe("whole");
    expect(await stream).toEqual(["first", "last"]);
    await closed;
    expect(server.attempts()).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  test("lets a call that runs be tried again", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no"), 1) });
    const { client, stub, clock } = bench.client({ url: server.url, retries: 1 });
    const call = stub.unary({ text: "again" });
    const closed = client.close({ graceMs: 60_000 });
    await server.arrival(1);
    await clock.advance(100);
    expect((await call).text).toBe("again");
    await closed;
  });

  test("lets a call whose interceptor has it yet be sent", async () => {
    const server = await bench.serve();
    const opened = Promise.withResolvers<void>();
    const hold: Interceptor = (next) => async (request) => {
      await opened.promise;
      return next(request);
    };
    const { client, stub } = bench.client({ url: server.url, interceptors: [hold] });
    const call = stub.unary({ text: "held" });
    const closed = client.close({ graceMs: 60_000 });
    opened.resolve();
    expect((await call).text).toBe("held");
    await closed;
  });

  test("fails what outlasts graceMs as unavailable, and not before", async () => {
    const { server } = await serveHeld();
    const { client, stub, clock } = bench.client({ url: server.url, attemptTimeoutMs: 0 });
    const ended = jest.fn();
    const call = failureOf(stub.unary({})).finally(ended);
    await server.arrival(1);
    const closed = client.close({ graceMs: 5_000 });
    await clock.advance(4_999);
    expect(ended).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(await call).toMatchObject({
      code: Code.Unavailable,
      message: expect.stringContaining("the client is closed"),
    });
    await closed;
    expect(clock.pendingTimers).toBe(0);
  });

  test("called again with less time ends by that", async () => {
    const { server } = await serveHeld();
    const { client, stub, clock } = bench.client({ url: server.url });
    const call = failureOf(stub.unary({}));
    await server.arrival(1);
    const closes = [client.close({ graceMs: 60_000 }), client.close()];
    expect(await call).toMatchObject({ code: Code.Unavailable });
    await Promise.all(closes);
    expect(clock.pendingTimers).toBe(0);
  });

  test("of an idle client is done at once", async () => {
    const { client, clock } = bench.client({ url: "127.0.0.1:1" });
    await client.close({ graceMs: 60_000 });
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    { options: { graceMs: -1 }, says: "graceMs must be a number from 0 to" },
    { options: { graceMs: null }, says: "graceMs must be a number from 0 to" },
    { options: { grace: 1 }, says: "options of close: unknown option 'grace'" },
  ])("with $options throws at once, and goes on", async ({ options, says }) => {
    const server = await bench.serve();
    const { client, stub } = bench.client({ url: server.url });
    expect(() => client.close(options as object)).toThrow(says);
    expect((await stub.unary({ text: "on" })).text).toBe("on");
  });
});

const waitForEver: Interceptor = () => () => new Promise(() => {});

test("a client that nobody closes does not keep its process alive", async () => {
  const program = join(__dirname, "support", "one-call.ts");
  const { url } = await bench.serve();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--conditions", "@thrice/source", program, url],
    { timeout: 20_000 },
  );
  expect(stdout).toBe("hi\n");
});

test("a call leaves no listener on a signal that lives on", async () => {
  const server = await bench.serve({ unary: failing(() => new Error("no"), 3) });
  const { stub, clock } = bench.client({ url: server.url, retries: 1, timeoutMs: 60_000 });
  const { signal } = new AbortController();
  await failureOf(stub.unary({}, { signal }));
  await stub.unary({}, { signal });
  await readAll(stub.watch({}, { signal }));
  for await (const _ of stub.chat(notes("a", "b"), { signal })) break;
  await stub.collect(notes("a"), { signal });
  await clock.advance(0);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

describe("a cluster strategy of the user's own", () => {
  const tryTwice: ClusterStrategy = {
    name: "try-twice",
    async run(call) {
      const first = await call.attempt(call.pick());
      return first.ok ? first : call.attempt(call.pick({ exclude: call.tried }));
    },
  };

  test("makes the attempts that it wants, whatever retries says", async () => {
    const servers = await bench.serveMany(3, { unary: failing(() => new Error("no")) });
    const { stub } = bench.client({
      url: servers.map(({ url }) => url),
      cluster: tryTwice,
      retries: 9,
    });
    await failureOf(stub.unary({}));
    expect(servers.map((server) => server.attempts()).sort()).toEqual([0, 1, 1]);
  });

  test("can be set for one call", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no"), 1) });
    const { stub } = bench.client({ url: server.url });
    expect((await stub.unary({ text: "hi" }, { cluster: tryTwice })).text).toBe("hi");
  });

  test.each([
    { title: "throws", run: () => Promise.reject(new Error("oh")), says: "try-twice threw" },
    { title: "answers nothing", run: async () => undefined as never, says: "returned no result" },
  ])("that $title fails its calls, and names itself", async ({ run, says }) => {
    const { stub } = bench.client({ url: "h:1", cluster: { name: "try-twice", run } });
    expect(await failureOf(stub.unary({}))).toMatchObject({
      code: Code.Internal,
      message: expect.stringContaining(says),
    });
  });
});
