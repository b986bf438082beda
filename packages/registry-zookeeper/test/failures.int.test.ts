/** What happens to entries and watches when ZooKeeper, a session, a connection or a process goes away. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Provider, ServiceName } from "@thrice/core";
import { awaiter, FakeClock, memoryLogger } from "@thrice/core/testing";
import { type ZookeeperRegistryOptions, zookeeperRegistry } from "@thrice/registry-zookeeper";
import { CuttableProxy } from "./support/cuttable-proxy.js";
import { ZookeeperServer, type ZookeeperServerInit } from "./support/zookeeper-server.js";

const greet: ServiceName = { service: "greet.GreetService", group: "", version: "" };
const folder = "/dubbo/greet.GreetService/providers";
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function startZookeeper(init?: ZookeeperServerInit): Promise<ZookeeperServer> {
  const server = await ZookeeperServer.start(init);
  open.push(() => server.close());
  return server;
}

function newRegistry(
  members: string | readonly string[],
  options: Partial<ZookeeperRegistryOptions> = {},
) {
  const logger = memoryLogger();
  const registry = zookeeperRegistry({ members, logger, sessionTimeoutMs: 1_000, ...options });
  open.push(async () => {
    const closed = registry.close();
    // What waits at most so long for an answer waits by the clock of the test.
    if (options.clock instanceof FakeClock) await options.clock.advance(5_000);
    await closed;
  });
  return { registry, logger };
}

function provider(last: number): Provider {
  const address = { host: `10.0.0.${last}`, port: 20_000, params: {} };
  return { ...greet, address, methods: ["Greet"] };
}

/** Asks ZooKeeper until it has so many ephemeral nodes. */
async function untilNodes(server: ZookeeperServer, count: number): Promise<readonly string[]> {
  for (;;) {
    const paths = await server.ephemerals();
    if (paths.length === count) return paths;
  }
}

describe("entries", () => {
  test("are ephemeral nodes in Dubbo's layout, and go with their withdrawal", async () => {
    const server = await startZookeeper();
    const { registry } = newRegistry(server.place, { application: "shop", register: "interface" });
    const lease = registry.register(provider(1));
    await lease.published;
    const [path = ""] = await server.ephemerals();
    expect(decodeURIComponent(path)).toMatch(
      /^\/dubbo\/greet\.GreetService\/providers\/tri:\/\/10\.0\.0\.1:20000\/greet\.GreetService\?application=shop&/,
    );
    expect(await server.control("ls", folder)).toBe(`[${path.slice(folder.length + 1)}]`);
    await lease.withdraw();
    expect(await server.ephemerals()).toEqual([]);
    expect(await server.control("ls", folder)).toBe("[]");
  });

  test("outlive their session's time while their process lives, and no longer", async () => {
    const server = await startZookeeper();
    await newRegistry(server.place).registry.register(provider(1)).published;
    // Its clock stands, so that it gives no sign of life.
    const stopped = newRegistry(server.place, { clock: new FakeClock() });
    await stopped.registry.register(provider(2)).published;
    await untilNodes(server, 2);
    const [path = ""] = await untilNodes(server, 1);
    expect(decodeURIComponent(path)).toContain("10.0.0.1");
  });

  test("are made anew when their session has expired", async () => {
    const server = await startZookeeper();
    const clock = new FakeClock();
    const { registry } = newRegistry(server.place, { clock });
    await registry.register(provider(1)).published;
    const [first = ""] = await server.ephemerals();
    await untilNodes(server, 0);
    while ((await server.ephemerals()).length === 0) await clock.advance(100);
    expect(await server.ephemerals()).toEqual([first]);
  });

  test("of an older session are taken over, so that they do not leave with it", async () => {
    const server = await startZookeeper();
    const before = newRegistry(server.place, { clock: new FakeClock() });
    const one = { ...provider(1), address: { ...provider(1).address, params: { timestamp: "1" } } };
    await before.registry.register(one).published;
    await newRegistry(server.place).registry.register(one).published;
    const sessions = async () => (await server.ask("cons")).match(/sid=/g)?.length;
    while ((await sessions()) !== 1);
    expect(await server.ephemerals()).toHaveLength(1);
  });

  test("are made anew in a ZooKeeper that comes back empty, knowing fewer changes, and consumers follow", async () => {
    const server = await startZookeeper();
    const { registry, logger } = newRegistry(server.place);
    const consumer = newRegistry(server.place);
    await registry.register(provider(1)).published;
    for (let more = 0; more < 20; more++) {
      const lease = registry.register(provider(100 + more));
      await lease.published;
      await lease.withdraw();
    }
    const { until } = awaiter(consumer.registry, greet);
    await until(({ endpoints }) => endpoints.length === 1);
    await server.kill();
    await until(({ state }) => state === "stale");
    await server.forget();
    await server.restart();
    await untilNodes(server, 1);
    await until(({ state, endpoints }) => state === "live" && endpoints.length === 1);
    await registry.register(provider(2)).published;
    await until(({ endpoints }) => endpoints.length === 2);
    const levels = logger.records.map(({ level }) => level);
    expect(levels.filter((level) => level === "error")).toEqual([]);
  });

  test("are published when ZooKeeper comes up later than the server", async () => {
    const server = await startZookeeper();
    await server.kill();
    const { registry, logger } = newRegistry(server.place);
    const lease = registry.register(provider(1));
    while (logger.records.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.restart();
    await lease.published;
    await untilNodes(server, 1);
    expect(logger.records.map(({ level }) => level)).toEqual(["warn", "info"]);
    expect(logger.records[0]?.message).toContain("registry [zookeeper] cannot be used: [127.0.0.1");
  });

  test("that were withdrawn while ZooKeeper was away are removed when it is back, and the others stay", async () => {
    const server = await startZookeeper({ tickMs: 3_000 });
    const { registry } = newRegistry(server.place, { sessionTimeoutMs: 60_000 });
    const leases = [registry.register(provider(1)), registry.register(provider(2))];
    await Promise.all(leases.map(({ published }) => published));
    await server.kill();
    await leases[0]?.withdraw();
    await server.restart();
    const [path = ""] = await untilNodes(server, 1);
    expect(decodeURIComponent(path)).toContain("10.0.0.2");
  });

  test("of a process that was killed leave with its session", async () => {
    const server = await startZookeeper();
    const { until } = awaiter(newRegistry(server.place).registry, greet);
    const main = join(__dirname, "support", "provider-main.ts");
    const options = ["--conditions=@thrice/source", "--import", "tsx"];
    const child = spawn(process.execPath, [...options, main, server.place], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const gone = once(child, "exit");
    await until(({ endpoints }) => endpoints.length === 1);
    child.kill("SIGKILL");
    await gone;
    await until(({ removed }) => removed.length === 1);
  });
});

describe("watches", () => {
  test("go on when the connection was cut, and hear what has changed meanwhile", async () => {
    const server = await startZookeeper({ tickMs: 3_000 });
    const proxy = await CuttableProxy.start(server.place);
    open.push(() => proxy.close());
    const options = { sessionTimeoutMs: 60_000 };
    const { registry } = newRegistry(server.place, options);
    const gone = registry.register(provider(1));
    await gone.published;
    const consumer = newRegistry(proxy.place, options);
    const { until } = awaiter(consumer.registry, greet);
    const other = awaiter(consumer.registry, { ...greet, service: "other.Service" });
    await until(({ endpoints }) => endpoints.length === 1);
    await other.until(({ state }) => state === "live");
    const [session] = /0x\w+/.exec(await server.ask("wchc")) ?? [];
    proxy.cut();
    await until(({ state }) => state === "stale");
    await Promise.all([gone.withdraw(), registry.register(provider(2)).published]);
    proxy.mend();
    await until(
      ({ state, endpoints }) =>
        state === "live" && endpoints.map(({ id }) => id).join() === "10.0.0.2:20000",
    );
    await other.until(({ state }) => state === "live");
    await registry.register({ ...provider(3), service: "other.Service" }).published;
    await other.until(({ endpoints }) => endpoints.length === 1);
    expect(await server.ask("wchc")).toContain(session);
  });

  test("leave out entries that cannot be read, with one log line each, and those of other protocols without", async () => {
    const server = await startZookeeper();
    const { registry, logger } = newRegistry(server.place);
    await registry.register(provider(1)).published;
    for (const name of ["nonsense", "tri%3A%2F%2F0.0.0.0%3A1%2Fs", "dubbo%3A%2F%2Fh%3A1%2Fs"]) {
      await server.control("create", `${folder}/${name}`);
    }
    const { until } = awaiter(registry, greet);
    const { endpoints } = await until(({ state }) => state === "live");
    expect(endpoints.map(({ id }) => id)).toEqual(["10.0.0.1:20000"]);
    await registry.register(provider(2)).published;
    await until(({ endpoints: now }) => now.length === 2);
    expect(logger.records.map(({ level, message }) => [level, message.slice(0, 33)])).toEqual([
      ["warn", "registry [zookeeper]: entry [/dub"],
      ["warn", "registry [zookeeper]: entry [/dub"],
    ]);
  });

  test("coalesce a burst of 10 000 changes", async () => {
    const server = await startZookeeper();
    const { registry } = newRegistry(server.place, { sessionTimeoutMs: 4_000 });
    const consumer = newRegistry(server.place, { sessionTimeoutMs: 4_000 });
    const { until, updates } = awaiter(consumer.registry, greet);
    await until(({ state }) => state === "live");
    const address = (port: number) => ({ host: "10.0.0.1", port, params: {} });
    const leases = Array.from({ length: 5_000 }, (_, at) =>
      registry.register({ ...greet, methods: [], address: address(1 + at) }),
    );
    await until(({ endpoints }) => endpoints.length === 5_000);
    await Promise.all(leases.map((lease) => lease.withdraw()));
    await until(({ endpoints }) => endpoints.length === 0);
    expect(updates.length).toBeLessThan(1_000);
  });
});
