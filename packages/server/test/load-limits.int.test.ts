/** Calls beyond a limit are refused or wait, whatever protocol they come by, and those within it are served. */
import { ConnectError } from "@connectrpc/connect";
import { FakeClock } from "@thrice/core/testing";
import { Code, gradientLimit, type ServerOptions, tokenBucket } from "@thrice/server";
import { Bench, failureOf, gate, protocols, readAll, type Served } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

const exhausted = { code: Code.ResourceExhausted };

/** Waits until `isSo`, turn by turn of the event loop. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

function pushbackOf(error: unknown): number {
  return Number(ConnectError.from(error).metadata.get("grpc-retry-pushback-ms"));
}

/** A server whose unary calls last until they are told to end, in the order in which they began. */
async function serveHeld(
  options: ServerOptions,
): Promise<Served & { began: string[]; end(): void }> {
  const began: string[] = [];
  const held: (() => void)[] = [];
  const served = await bench.serve(
    {
      async unary({ text }) {
        began.push(text);
        await new Promise<void>((resolve) => held.push(resolve));
        return { text };
      },
      async *watch({ text }) {
        began.push(text);
        await new Promise<void>((resolve) => held.push(resolve));
        yield { text };
      },
      async collect(notes) {
        began.push("collect");
        return { text: (await readAll(notes)).join() };
      },
    },
    options,
  );
  return { ...served, began, end: () => held.shift()?.() };
}

describe("more calls than maxConcurrency", () => {
  test.each(protocols)("are refused over %s, and asked to come later", async (protocol) => {
    const { peer, server, began, end } = await serveHeld({ maxConcurrency: 1 });
    const client = peer(protocol);
    const first = client.unary({ text: "first" });
    await until(() => began.length === 1);
    const failure = await failureOf(client.unary({ text: "second" }));
    expect(failure).toMatchObject(exhausted);
    expect(pushbackOf(failure)).toBeGreaterThanOrEqual(50);
    expect(pushbackOf(failure)).toBeLessThanOrEqual(150);
    expect(await failureOf(readAll(client.watch({ text: "third" })))).toMatchObject(exhausted);
    expect(server.load).toMatchObject({ running: 1, limit: 1, refused: { concurrency: 2 } });
    end();
    expect(await first).toMatchObject({ text: "first" });
    await until(() => server.load.running === 0);
    expect(await client.collect(one("a"))).toMatchObject({ text: "a" });
    expect(began).toEqual(["first", "collect"]);
  });

  test.each(protocols.slice(0, 4))(
    "are refused over %s before a stream is read",
    async (protocol) => {
      const { peer, began, end } = await serveHeld({ maxConcurrency: 1 });
      const client = peer(protocol);
      const first = client.unary({ text: "first" });
      await until(() => began.length === 1);
      expect(await failureOf(client.collect(one("a")))).toMatchObject(exhausted);
      end();
      await first;
      expect(began).toEqual(["first"]);
    },
  );

  test("are counted by service and method on their own", async () => {
    const running: string[] = [];
    const open = gate();
    const { peer } = await bench.serve(
      {
        async unary({ text }) {
          running.push(text);
          await open.opened;
          return { text };
        },
        async *watch({ text }) {
          yield { text };
        },
      },
      { maxConcurrency: 3 },
      { maxConcurrency: 2, methodLimits: { unary: { maxConcurrency: 1 } } },
    );
    const first = peer().unary({ text: "a" });
    await until(() => running.length === 1);
    expect(await failureOf(peer().unary({ text: "b" }))).toMatchObject({
      rawMessage: "kinds.KindsService/Unary runs as many calls as it may",
    });
    expect(await readAll(peer().watch({ text: "c" }))).toEqual(["c"]);
    open.open();
    await first;
  });

  test("hold their place as long as the handler runs, also when its caller is gone", async () => {
    const { peer, server, began, end } = await serveHeld({ maxConcurrency: 1 });
    const controller = new AbortController();
    const first = failureOf(peer().unary({ text: "first" }, { signal: controller.signal }));
    await until(() => began.length === 1);
    controller.abort();
    await first;
    expect(await failureOf(peer().unary({ text: "second" }))).toMatchObject(exhausted);
    end();
    await until(() => server.load.running === 0);
  });

  test.each(protocols)(
    "over %s leave no place taken by requests that cannot be read",
    async (protocol) => {
      const { server, url, peer, began, end } = await serveHeld({
        maxConcurrency: 1,
        maxReceiveBytes: 50,
      });
      const client = peer(protocol);
      for (let i = 0; i < 3; i++) {
        expect(await failureOf(client.unary({ text: "x".repeat(100) }))).toMatchObject(exhausted);
      }
      await fetch(`${url}/kinds.KindsService/Unary`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{",
      });
      await until(() => server.load.running === 0);
      expect(server.load.refused).toEqual({ concurrency: 0, rate: 0, queue: 0 });
      const good = client.unary({ text: "y" });
      await until(() => began.length === 1);
      end();
      expect(await good).toMatchObject({ text: "y" });
    },
  );
});

describe("calls that wait for a place", () => {
  const queued = { maxConcurrency: 1, maxQueuedCalls: 2, maxQueueMs: 1_000 };

  test.each(protocols)("are served over %s when it is their turn", async (protocol) => {
    const { peer, server, began, end } = await serveHeld(queued);
    const client = peer(protocol);
    const first = client.unary({ text: "first" });
    await until(() => began.length === 1);
    const second = client.unary({ text: "second" });
    await until(() => server.load.waiting === 1);
    end();
    await first;
    await until(() => began.length === 2);
    end();
    expect(await second).toMatchObject({ text: "second" });
    await until(() => server.load.running === 0);
  });

  test("go first when they matter more, and push out those that matter less", async () => {
    const { peer, server, began, end } = await serveHeld(queued);
    const call = (text: string, criticality: string) =>
      peer().unary({ text }, { headers: { "thrice-criticality": criticality } });
    const first = call("first", "sheddable");
    await until(() => began.length === 1);
    const low = failureOf(call("low", "sheddable"));
    await until(() => server.load.waiting === 1);
    const middle = call("middle", "nonsense");
    await until(() => server.load.waiting === 2);
    const high = call("high", "critical_plus");
    expect(await low).toMatchObject(exhausted);
    expect(await failureOf(call("late", "sheddable_plus"))).toMatchObject(exhausted);
    end();
    await until(() => began.length === 2);
    end();
    await until(() => began.length === 3);
    end();
    await Promise.all([first, middle, high]);
    expect(began).toEqual(["first", "high", "middle"]);
    expect(server.load.refused).toEqual({ concurrency: 1, rate: 0, queue: 1 });
  });

  test.each(protocols)("too long are refused over %s", async (protocol) => {
    const clock = new FakeClock();
    const { peer, server, began, end } = await serveHeld({ ...queued, clock });
    const client = peer(protocol);
    const first = client.unary({ text: "first" });
    await until(() => began.length === 1);
    const second = failureOf(client.unary({ text: "second" }));
    await until(() => server.load.waiting === 1);
    await clock.advance(1_000);
    expect(await second).toMatchObject(exhausted);
    expect(server.load).toMatchObject({ waiting: 0, refused: { queue: 1 } });
    end();
    await first;
    await until(() => server.load.running === 0);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each(protocols)("over %s leave the queue with their caller", async (protocol) => {
    const { peer, server, began, end } = await serveHeld(queued);
    const client = peer(protocol);
    const first = client.unary({ text: "first" });
    await until(() => began.length === 1);
    const controller = new AbortController();
    const second = failureOf(client.unary({ text: "second" }, { signal: controller.signal }));
    await until(() => server.load.waiting === 1);
    controller.abort();
    await second;
    await until(() => server.load.waiting === 0);
    end();
    await first;
    await until(() => server.load.running === 0);
    expect(began).toEqual(["first"]);
  });

  test("whose deadline passes are answered at once, and never served", async () => {
    const clock = new FakeClock();
    const { peer, server, began, end } = await serveHeld({ ...queued, maxQueueMs: 60_000, clock });
    const first = peer().unary({ text: "first" });
    await until(() => began.length === 1);
    const second = failureOf(peer().unary({ text: "second" }, { timeoutMs: 30_000 }));
    await until(() => server.load.waiting === 1);
    await clock.advance(30_000);
    expect(await second).toMatchObject({ code: Code.DeadlineExceeded });
    expect(server.load.waiting).toBe(0);
    end();
    await first;
    expect(began).toEqual(["first"]);
  });
});

describe("a rate limit", () => {
  test.each(protocols)(
    "refuses over %s what comes too fast, and says when it may come",
    async (protocol) => {
      const clock = new FakeClock();
      const { peer, server } = await bench.serve(
        { unary: ({ text }) => ({ text }) },
        { clock, rateLimit: tokenBucket({ perSecond: 4, burst: 2 }) },
      );
      const client = peer(protocol);
      await client.unary({ text: "a" });
      await client.unary({ text: "b" });
      const failure = await failureOf(client.unary({ text: "c" }));
      expect(failure).toMatchObject({ ...exhausted, rawMessage: "the server gets calls too fast" });
      expect(pushbackOf(failure)).toBe(250);
      expect(server.load.refused).toEqual({ concurrency: 0, rate: 1, queue: 0 });
      await clock.advance(250);
      expect(await client.unary({ text: "d" })).toMatchObject({ text: "d" });
    },
  );
});

test("an adaptive limit is told of calls, and of no streams", async () => {
  const noted: number[] = [];
  const clock = new FakeClock();
  const meter = { limit: 5, note: (tookMs: number) => void noted.push(tookMs) };
  const { peer, server } = await bench.serve(
    {
      async unary({ text }) {
        await clock.advance(7);
        return { text };
      },
      async *watch({ text }) {
        yield { text };
      },
    },
    { clock, maxConcurrency: { start: () => meter } },
  );
  await peer().unary({ text: "a" });
  await readAll(peer().watch({ text: "b" }));
  await until(() => server.load.running === 0);
  expect(noted).toEqual([7]);
  expect(server.load.limit).toBe(5);
});

test("a limit of the application's own that throws makes calls fail, is logged, and harms nothing else", async () => {
  let isBroken = true;
  const fail = () => {
    throw new Error("no meter");
  };
  const rate = { waitMs: () => (isBroken ? fail() : 0), take: () => {} };
  const meter = { limit: 1, note: fail };
  const { peer, server, logger } = await bench.serve(
    { unary: ({ text }) => ({ text }) },
    { rateLimit: { start: () => rate }, maxConcurrency: { start: () => meter } },
  );
  for (const protocol of protocols) {
    expect(await failureOf(peer(protocol).unary({ text: "a" }))).toMatchObject({
      code: Code.Internal,
      rawMessage: "a load limit failed",
    });
  }
  isBroken = false;
  for (const protocol of protocols) {
    expect(await peer(protocol).unary({ text: "b" })).toMatchObject({ text: "b" });
    await until(() => server.load.running === 0);
  }
  expect(logger.records.filter(({ level }) => level === "error")).toHaveLength(
    2 * protocols.length,
  );
});

test("probes of health are let in whatever the load", async () => {
  const { server, url } = await bench.serve(
    { unary: ({ text }) => ({ text }) },
    { maxConcurrency: gradientLimit(), rateLimit: tokenBucket({ perSecond: 0.001 }) },
  );
  for (let i = 0; i < 3; i++) {
    const answer = await fetch(`${url}/grpc.health.v1.Health/Check`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(await answer.json()).toEqual({ status: "SERVING" });
  }
  expect(server.load.refused.rate).toBe(0);
});

async function* one(text: string) {
  yield { text };
}
