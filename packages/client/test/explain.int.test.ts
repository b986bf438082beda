/** What a client tells of its calls: counters, events and reports, over real connections. */
import { createClient, createContextValues } from "@connectrpc/connect";
import {
  attemptKey,
  type CallReport,
  Code,
  ConnectError,
  callOptionsKey,
  createThriceTransport,
  type LoadBalancer,
} from "@thrice/client";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { Bench } from "./support/bench.js";
import { failureOf, readAll } from "./support/notes.js";
import { failing } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

const inOrder: LoadBalancer = {
  name: "in-order",
  createPicker: () => ({ pick: ([first]) => first }),
};
const down = () => new ConnectError("down", Code.Unavailable);

describe("counters", () => {
  test("begin at 0, and tell calls and attempts by kind", async () => {
    const broken = await bench.serve({ unary: failing(down) });
    const well = await bench.serve();
    const { client, stub } = bench.client({
      url: [broken.url, well.url],
      retries: 1,
      loadBalance: inOrder,
    });
    const before = client.counters();
    expect(new Set(Object.values(before))).toEqual(new Set([0]));
    await stub.unary({});
    await failureOf(stub.unary({}, { retries: 0 }));
    expect(client.counters()).toEqual({
      ...before,
      calls: 2,
      failedCalls: 1,
      attempts: 3,
      retries: 1,
      picks: 3,
    });
    expect(before.calls).toBe(0);
  });

  test("tell ejections, and none where health is off", async () => {
    const well = await bench.serve();
    const broken = await bench.serve({ unary: failing(down) });
    const options = { url: [broken.url, well.url], retries: 0, loadBalance: inOrder };
    const run = async (health?: false) => {
      const { client, stub } = bench.client({ ...options, ...(health === false && { health }) });
      for (let call = 0; call < 6; call++) await stub.unary({}).catch(() => {});
      return client.counters().ejections;
    };
    expect([await run(), await run(false)]).toEqual([1, 0]);
  });

  test("are those of a transport too", async () => {
    const server = await bench.serve();
    const transport = createThriceTransport({ url: server.url });
    bench.closeLater(() => transport.close());
    await createClient(KindsService, transport).unary({});
    expect(transport.counters()).toMatchObject({ calls: 1, attempts: 1 });
  });
});

describe("events", () => {
  test("tell of calls and attempts, by the same objects as attempt interceptors", async () => {
    const broken = await bench.serve({ unary: failing(down) });
    const well = await bench.serve();
    const told: unknown[] = [];
    const fromEvents: unknown[] = [];
    const fromInterceptors: unknown[] = [];
    const { stub } = bench.client({
      url: [broken.url, well.url],
      retries: 1,
      loadBalance: inOrder,
      attemptInterceptors: [
        (next) => (request) => {
          fromInterceptors.push(request.contextValues.get(attemptKey));
          return next(request);
        },
      ],
      events: {
        onCallStart: ({ call }) => told.push(`start ${call.method.name}`),
        onAttemptStart: ({ attempt }) => fromEvents.push(attempt),
        onAttemptEnd: ({ attempt, outcome, code }) =>
          told.push(`${attempt.kind} ${attempt.endpoint.id} ${outcome} ${code}`),
        onCallEnd: ({ code, attempts }) => told.push(`end ${code} ${attempts}`),
        onCallFinish: () => told.push("finish"),
      },
    });
    await stub.unary({});
    expect(told).toEqual([
      "start Unary",
      `first ${broken.id} answered unavailable`,
      `retry ${well.id} answered ok`,
      "end ok 2",
      "finish",
    ]);
    expect(fromEvents).toHaveLength(2);
    for (const [at, attempt] of fromEvents.entries()) expect(fromInterceptors[at]).toBe(attempt);
  });

  test("of a stream tell when its first message came, and when it was read", async () => {
    const server = await bench.serve();
    const told: string[] = [];
    const { stub } = bench.client({
      url: server.url,
      events: { onCallEnd: () => told.push("end"), onCallFinish: () => told.push("finish") },
    });
    const stream = stub.watch({})[Symbol.asyncIterator]();
    await stream.next();
    expect(told).toEqual(["end"]);
    while (!(await stream.next()).done);
    expect(told).toEqual(["end", "finish"]);
  });
});

describe("onExplain", () => {
  test("of one call tells its story, which reads well", async () => {
    const broken = await bench.serve({ unary: failing(down) });
    const well = await bench.serve();
    const { stub } = bench.client({
      url: [broken.url, well.url],
      retries: 1,
      loadBalance: inOrder,
    });
    const reports: CallReport[] = [];
    await stub.unary({}, { onExplain: (report) => reports.push(report) });
    await stub.unary({});
    expect(reports).toHaveLength(1);
    const text = String(reports[0]).replaceAll(/[\d.]+ ms/g, "0 ms");
    expect(text.split("\n")).toEqual([
      "kinds.KindsService/Unary: ok after 2 attempts in 0 ms; strategy failover, load balancer in-order",
      `  1. at 0 ms to ${broken.id}: first; the call's first attempt`,
      "     2 known; 2 to choose from",
      "     answered, unavailable, after 0 ms",
      "     retry at once (budget 4)",
      `  2. at 0 ms to ${well.id}: retry; attempt 1 failed: answered, unavailable`,
      `     2 known; tried: ${broken.id}; 1 to choose from`,
      "     answered, ok, after 0 ms",
    ]);
  });

  test("tells which endpoints are ejected, why, and for how long", async () => {
    const well = await bench.serve();
    const broken = await bench.serve({ unary: failing(down) });
    const { stub } = bench.client({
      url: [broken.url, well.url],
      retries: 0,
      loadBalance: inOrder,
      health: { probeIntervalMs: 0 },
    });
    for (let call = 0; call < 5; call++) await failureOf(stub.unary({}));
    const reports: CallReport[] = [];
    await stub.unary({}, { onExplain: (report) => reports.push(report) });
    expect(reports[0]?.attempts[0]?.choice).toMatchObject({
      known: 2,
      used: 2,
      shown: 1,
      ejected: [{ endpoint: broken.id, cause: "failing", forMs: 250 }],
    });
    expect(String(reports[0])).toContain(`ejected: ${broken.id} (failing, for 250 ms)`);
  });

  test("of all calls is an event, also for streams and failed calls", async () => {
    const server = await bench.serve({ unary: failing(down) });
    const codes: string[] = [];
    const { stub } = bench.client({
      url: server.url,
      retries: 0,
      events: { onExplain: ({ code, attempts }) => codes.push(`${code} ${attempts.length}`) },
    });
    await failureOf(stub.unary({}));
    await readAll(stub.watch({}));
    expect(codes).toEqual(["unavailable 1", "ok 1"]);
  });

  test("tells what the default balancer compared", async () => {
    const servers = await bench.serveMany(3);
    const { stub } = bench.client({ url: servers.map(({ url }) => url), random: Math.random });
    const reports: CallReport[] = [];
    await stub.unary({}, { onExplain: (report) => reports.push(report) });
    expect(reports[0]?.attempts[0]?.choice?.weighed).toHaveLength(2);
    expect(String(reports[0])).toMatch(/peak-?[eE]wma compared 127\.0\.0\.1:\d+ costs [\d.]+, 127/);
  });

  test("is an option of Connect's clients by callOptionsKey, and must be a function", async () => {
    const server = await bench.serve();
    const transport = createThriceTransport({ url: server.url });
    bench.closeLater(() => transport.close());
    const client = createClient(KindsService, transport);
    const reports: CallReport[] = [];
    const onExplain = (report: CallReport) => reports.push(report);
    await client.unary(
      {},
      { contextValues: createContextValues().set(callOptionsKey, { onExplain }) },
    );
    expect(reports.map(({ code }) => code)).toEqual(["ok"]);
    const wrong = createContextValues().set(callOptionsKey, { onExplain: 1 as never });
    expect(await failureOf(client.unary({}, { contextValues: wrong }))).toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: "onExplain must be a function, got 1",
    });
  });
});

test.each([
  {
    options: { attemptInterceptors: "log" },
    says: "attemptInterceptors must be a list of functions",
  },
  {
    options: { attemptInterceptors: [1] },
    says: "attemptInterceptors must be a list of functions",
  },
  {
    options: { attemptInterceptors: null },
    says: "attemptInterceptors must be a list of functions",
  },
  { options: { events: { onCallEnd: 1 } }, says: "events.onCallEnd must be a function, got 1" },
  { options: { events: { onCallsEnd: () => {} } }, says: "did you mean 'onCallEnd'?" },
])("$options is refused: $says", ({ options, says }) => {
  expect(() => bench.client({ url: "127.0.0.1:1", ...(options as object) })).toThrow(says);
});

test("of a service, attemptInterceptors are checked too, and so is onExplain of a call", async () => {
  const { newStub, stub } = bench.client({ url: "127.0.0.1:1" });
  expect(() => newStub({ attemptInterceptors: {} as never })).toThrow(
    "attemptInterceptors must be a list of functions, got {}",
  );
  expect(() => stub.unary({}, { onExplain: "yes" as never })).toThrow(
    "onExplain must be a function, got 'yes'",
  );
});
