/** What probes are told. */
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { FakeClock } from "@thrice/core/testing";
import type { ServerOptions } from "@thrice/server";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../src/gen/grpc/health/v1/health_pb.js";
import { Bench, failureOf, gate } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

async function open(options: ServerOptions = {}) {
  const served = await bench.serve({ unary: ({ text }) => ({ text }) }, options);
  const sessionManager = new Http2SessionManager(served.url);
  bench.closeLater(() => sessionManager.abort());
  const transport = createGrpcTransport({ baseUrl: served.url, sessionManager });
  const probe = createClient(Health, transport);
  const watch = (service: string, signal?: AbortSignal) => {
    const answers = probe.watch({ service }, signal && { signal })[Symbol.asyncIterator]();
    return { next: async () => (await answers.next()).value?.status };
  };
  return { ...served, probe, watch };
}

const service = "kinds.KindsService";

describe("grpc.health.v1.Health", () => {
  test.each([{ name: "" }, { name: service }])("says that %j serves", async ({ name }) => {
    const { probe } = await open();
    expect((await probe.check({ service: name })).status).toBe(Status.SERVING);
  });

  test("answers without group and version on a server that has both", async () => {
    const { probe } = await open({ group: "blue", version: "2.0.0" });
    expect((await probe.check({ service })).status).toBe(Status.SERVING);
  });

  test("does not know a service that nobody spoke of", async () => {
    const { probe, watch } = await open();
    expect(await failureOf(probe.check({ service: "no.Such" }))).toMatchObject({
      code: Code.NotFound,
      rawMessage: "the server knows no service no.Such",
    });
    expect(await watch("no.Such").next()).toBe(Status.SERVICE_UNKNOWN);
  });

  test("says of each service what the application says, and of the server apart", async () => {
    const { server, probe } = await open();
    server.health.set(service, "not_serving");
    server.health.set("a.Dependency", "serving");
    expect((await probe.check({ service })).status).toBe(Status.NOT_SERVING);
    const { statuses } = await probe.list({});
    expect(Object.entries(statuses).map(([name, { status }]) => [name, status])).toEqual([
      ["", Status.SERVING],
      [service, Status.NOT_SERVING],
      ["a.Dependency", Status.SERVING],
    ]);
    expect(server.health.get(service)).toBe("not_serving");
    expect(server.health.get("no.Such")).toBeUndefined();
  });

  test("tells those who watch of each change, and only of changes of what they watch", async () => {
    const { server, watch } = await open();
    const watched = watch(service);
    expect(await watched.next()).toBe(Status.SERVING);
    const news = watched.next();
    server.health.set("", "not_serving");
    server.health.set(service, "serving");
    server.health.set(service, "not_serving");
    expect(await news).toBe(Status.NOT_SERVING);
    server.health.set(service, "serving");
    expect(await watched.next()).toBe(Status.SERVING);
  });

  test("lets go of a watcher that leaves", async () => {
    const { server, probe, logger } = await open();
    const leave = new AbortController();
    const answers = probe.watch({ service: "" }, { signal: leave.signal });
    const watched = answers[Symbol.asyncIterator]();
    await watched.next();
    const end = failureOf(watched.next());
    leave.abort();
    expect(await end).toMatchObject({ code: Code.Canceled });
    server.health.set("", "not_serving");
    expect(logger.records).toEqual([]);
  });

  test("is not there with health: false", async () => {
    const { probe } = await open({ health: false });
    expect(await failureOf(probe.check({}))).toMatchObject({ code: Code.Unimplemented });
  });

  test("is the application's own if it has one", async () => {
    const { newServer } = await import("@thrice/server");
    const server = newServer({ host: "127.0.0.1", port: 0 });
    const asked = gate<string>();
    server.registerService(Health, {
      check: (request: { service: string }) => {
        asked.open(request.service);
        return { status: Status.NOT_SERVING };
      },
    });
    await server.serve();
    bench.closeLater(() => server.stop());
    const baseUrl = `http://127.0.0.1:${server.port}`;
    const sessionManager = new Http2SessionManager(baseUrl);
    bench.closeLater(() => sessionManager.abort());
    const probe = createClient(Health, createGrpcTransport({ baseUrl, sessionManager }));
    expect((await probe.check({ service: "x" })).status).toBe(Status.NOT_SERVING);
    expect(await asked.opened).toBe("x");
  });

  test.each([
    {
      name: "a",
      status: "up",
      says: "status of health.set must be one of 'serving', 'not_serving', got 'up'",
    },
    { name: 5, status: "serving", says: "service of health.set must be a name, got 5" },
  ])("set($name, $status) throws", async ({ name, status, says }) => {
    const { server } = await open();
    expect(() => server.health.set(name as string, status as "serving")).toThrow(says);
  });
});

test("a server that stops is not serving before it sends anybody away, and holds no watcher", async () => {
  const clock = new FakeClock();
  const { server, probe, watch } = await open({ clock, noticeMs: 1_000, graceMs: 60_000 });
  const watched = watch("");
  expect(await watched.next()).toBe(Status.SERVING);
  const stopping = server.stop();
  expect(await watched.next()).toBe(Status.NOT_SERVING);
  expect((await probe.check({ service })).status).toBe(Status.NOT_SERVING);
  server.health.set("", "serving");
  expect((await probe.check({ service: "" })).status).toBe(Status.NOT_SERVING);
  const end = failureOf(watched.next());
  await clock.advance(1_000);
  expect(await end).toMatchObject({ code: Code.Unavailable, rawMessage: "the server stops" });
  await stopping;
  expect(clock.pendingTimers).toBe(0);
});
