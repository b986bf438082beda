import type { Provider, ServiceName } from "@thrice/core";
import { awaiter, describeRegistryContract, FakeClock, memoryLogger } from "@thrice/core/testing";
import { type DnsRegistryOptions, dnsRegistry } from "@thrice/registry-dns";
import { DnsServer, type NameRecords } from "./support/dns-server.js";

const greet: ServiceName = { service: "greet.GreetService", group: "", version: "" };
const names: Record<string, string> = {
  "greet.GreetService": "greeter.test",
  "blue/greet.GreetService": "blue.test",
  "greet.GreetService:2.0": "two.test",
  "other.OtherService": "other.test",
};

describeRegistryContract(
  "DNS",
  async () => {
    const server = new DnsServer();
    const services = Object.fromEntries(
      Object.entries(names).map(([key, name]) => [key, `${name}:20000`]),
    );
    const address = await server.listen();
    const logger = memoryLogger();
    const registry = dnsRegistry({ services, servers: [address], logger, minIntervalMs: 10 });
    return {
      registry,
      publish: async (provider) => {
        change(server, provider, (hosts, host) => [...new Set([...hosts, host])]);
        return async () =>
          change(server, provider, (hosts, host) => hosts.filter((one) => one !== host));
      },
      goAway: async () => {
        server.fault = "servfail";
        return async () => {
          server.fault = undefined;
        };
      },
      close: async () => {
        await registry.close();
        await server.close();
      },
    };
  },
  { hasParameters: false },
);

function change(
  { records }: DnsServer,
  { service, group, version, address }: Provider,
  edit: (hosts: readonly string[], host: string) => readonly string[],
): void {
  const key = `${group && `${group}/`}${service}${version && `:${version}`}`;
  const name = names[key] ?? "";
  records.set(name, { a: edit(records.get(name)?.a ?? [], address.host) });
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serverWith(records: Record<string, NameRecords>) {
  const server = new DnsServer();
  const servers = [await server.listen()];
  open.push(() => server.close());
  for (const [name, of] of Object.entries(records)) server.records.set(name, of);
  const newRegistry = (name: string, options: Partial<DnsRegistryOptions> = {}) => {
    const logger = memoryLogger();
    const registry = dnsRegistry({ services: { "*": name }, servers, logger, ...options });
    open.push(() => registry.close());
    return { ...awaiter(registry, greet), logger, registry };
  };
  return { server, newRegistry };
}

/** Advances `clock` until `isSo`, leaving the network its turns. */
async function advanceUntil(clock: FakeClock, byMs: number, isSo: () => boolean): Promise<void> {
  while (!isSo()) await clock.advance(byMs);
}

describe("names with addresses", () => {
  test("bring all of both families, with the port and what is said of the name", async () => {
    const aaaa = ["fd00:0000:0000:0000:0000:0000:0000:0001"];
    const { newRegistry } = await serverWith({ "g.test": { a: ["10.0.0.1", "10.0.0.2"], aaaa } });
    const { until } = newRegistry("g.test:20000?zone=north&weight=7");
    const { endpoints } = await until(({ state }) => state === "live");
    expect(endpoints.map(({ id, zone, weight }) => [id, zone, weight])).toEqual([
      ["10.0.0.1:20000", "north", 7],
      ["10.0.0.2:20000", "north", 7],
      ["[fd00::1]:20000", "north", 7],
    ]);
  });

  test("are asked for again when the answer has run out, and not before", async () => {
    const clock = new FakeClock();
    const { server, newRegistry } = await serverWith({ "g.test": { a: ["10.0.0.1"], ttl: 5 } });
    const { until } = newRegistry("g.test:1", { clock, random: () => 0 });
    await advanceUntil(clock, 0, () => clock.pendingTimers > 0);
    await until(({ state }) => state === "live");
    server.records.set("g.test", { a: ["10.0.0.2"], ttl: 60 });
    await clock.advance(4_999);
    expect(server.questions).toHaveLength(2);
    await clock.advance(1);
    const next = until(({ removed }) => removed.length > 0);
    await advanceUntil(clock, 1, () => server.questions.length === 4);
    await advanceUntil(clock, 1, () => clock.pendingTimers > 0);
    expect((await next).endpoints.map(({ id }) => id)).toEqual(["10.0.0.2:1"]);
  });

  test.each([
    { ttl: 3_600, options: {}, pauseMs: 30_000 },
    { ttl: 0, options: {}, pauseMs: 1_000 },
    { ttl: 0, options: { random: () => 0.5 }, pauseMs: 1_100 },
    { ttl: 10, options: { random: () => 0.5 }, pauseMs: 11_000 },
    { ttl: 10, options: { intervalMs: 2_000 }, pauseMs: 2_000 },
  ])("with a TTL of $ttl s wait $pauseMs ms", async ({ ttl, options, pauseMs }) => {
    const clock = new FakeClock();
    const { server, newRegistry } = await serverWith({ "g.test": { a: ["10.0.0.1"], ttl } });
    newRegistry("g.test:1", { clock, random: () => 0, ...options });
    await advanceUntil(clock, 0, () => clock.pendingTimers > 0);
    await clock.advance(pauseMs - 1);
    expect(server.questions).toHaveLength(2);
    await advanceUntil(clock, 1, () => server.questions.length === 4);
  });

  test("keep their last answer while the server fails, with a log line when that begins and ends", async () => {
    const { server, newRegistry } = await serverWith({ "g.test": { a: ["10.0.0.1"] } });
    const { until, logger } = newRegistry("g.test:1", { minIntervalMs: 10 });
    await until(({ state }) => state === "live");
    server.fault = "servfail";
    const stale = await until(({ state }) => state === "stale");
    expect(stale.endpoints.map(({ id }) => id)).toEqual(["10.0.0.1:1"]);
    expect(stale.reason).toContain("ESERVFAIL");
    server.fault = undefined;
    await until(({ state }) => state === "live");
    expect(logger.records.map(({ level }) => level)).toEqual(["warn", "info"]);
    expect(logger.records[0]?.message).toContain("registry dns: [g.test] cannot be resolved");
  });

  test("keep their last answer when a family fails, as its addresses may still be there", async () => {
    const aaaa = ["fd00:0000:0000:0000:0000:0000:0000:0001"];
    const { server, newRegistry } = await serverWith({ "g.test": { a: ["10.0.0.1"], aaaa } });
    const { until } = newRegistry("g.test:1", { minIntervalMs: 10 });
    await until(({ state }) => state === "live");
    server.fault = "AAAA";
    expect((await until(({ state }) => state === "stale")).endpoints).toHaveLength(2);
  });

  test("fail in the end when no server answers", async () => {
    const { server, newRegistry } = await serverWith({});
    server.fault = "silence";
    const { until } = newRegistry("g.test:1", { timeoutMs: 10 });
    expect(await until(({ reason }) => reason !== "")).toMatchObject({
      state: "connecting",
      reason: expect.stringContaining("ETIMEOUT"),
    });
  });

  test("without a record are live, and have no endpoint", async () => {
    const { server, newRegistry } = await serverWith({});
    const { until } = newRegistry("g.test:1", { minIntervalMs: 10 });
    expect(await until(({ state }) => state === "live")).toMatchObject({ endpoints: [] });
    server.records.set("g.test", { a: ["10.0.0.1"] });
    await until(({ endpoints }) => endpoints.length === 1);
    server.records.delete("g.test");
    await until(({ endpoints }) => endpoints.length === 0);
  });
});

describe("names of SRV records", () => {
  test("bring targets of the lowest priority, with their ports and weights", async () => {
    const srv = [
      { priority: 1, weight: 30, port: 1001, target: "a.test" },
      { priority: 1, weight: 0, port: 1002, target: "b.test" },
      { priority: 2, weight: 50, port: 1003, target: "c.test" },
    ];
    const { newRegistry } = await serverWith({
      "_grpc._tcp.g.test": { srv },
      "a.test": { a: ["10.0.0.1"] },
      "b.test": { a: ["10.0.0.2"] },
      "c.test": { a: ["10.0.0.3"] },
    });
    const { until } = newRegistry("_grpc._tcp.g.test?zone=north");
    const { endpoints } = await until(({ state }) => state === "live");
    expect(endpoints.map(({ id, weight, zone }) => [id, weight, zone])).toEqual([
      ["10.0.0.1:1001", 30, "north"],
      ["10.0.0.2:1002", 0.01, "north"],
    ]);
  });

  test("leave weights as they are when none is above 0", async () => {
    const srv = [{ priority: 0, weight: 0, port: 1001, target: "a.test" }];
    const { newRegistry } = await serverWith({
      "_grpc._tcp.g.test": { srv },
      "a.test": { a: ["10.0.0.1"] },
    });
    const { endpoints } = await newRegistry("_grpc._tcp.g.test").until(
      ({ state }) => state === "live",
    );
    expect(endpoints.map(({ weight }) => weight)).toEqual([100]);
  });
});

test("one name is asked for once, however many watch it, and no more when nobody does", async () => {
  const clock = new FakeClock();
  const { server, newRegistry } = await serverWith({ "g.test": { a: ["10.0.0.1"] } });
  const { registry, until, close } = newRegistry("g.test:1", { clock });
  const second = awaiter(registry, { ...greet, group: "blue" });
  await advanceUntil(clock, 0, () => clock.pendingTimers > 0);
  await Promise.all([
    until(({ state }) => state === "live"),
    second.until(({ state }) => state === "live"),
  ]);
  expect(server.questions.sort()).toEqual(["g.test A", "g.test AAAA"]);
  close();
  second.close();
  expect(clock.pendingTimers).toBe(0);
});

test("a service that no name stands for is live without an endpoint", async () => {
  const registry = dnsRegistry({ services: {} });
  open.push(() => registry.close());
  await awaiter(registry, greet).until(({ state }) => state === "live");
});

test.each([
  { title: "no services", options: {}, says: "services must be names by service, got undefined" },
  { title: "a number", options: { services: { a: 1 } }, says: "services['a'] must be text, got 1" },
  {
    title: "two names",
    options: { services: { a: "b:1;c:1" } },
    says: "services['a'] must be one name:port",
  },
  {
    title: "a wrong port",
    options: { services: { a: "b:0" } },
    says: "services['a']: port of url",
  },
  {
    title: "a wrong server",
    options: { services: {}, servers: ["x"] },
    says: "servers must be addresses, got [ 'x' ]",
  },
  {
    title: "servers as text",
    options: { services: {}, servers: "x" },
    says: "servers must be a list",
  },
  {
    title: "an interval of 1",
    options: { services: {}, intervalMs: 1 },
    says: "intervalMs must be a number from 10",
  },
  {
    title: "a shortest above it",
    options: { services: {}, intervalMs: 50, minIntervalMs: 60 },
    says: "minIntervalMs must be a number from 10 to 50",
  },
  { title: "a misspelt name", options: { service: {} }, says: "did you mean 'services'?" },
])("dnsRegistry refuses $title", ({ options, says }) => {
  expect(() => dnsRegistry(options as never)).toThrow(says);
});
