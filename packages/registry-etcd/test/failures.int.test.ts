/** What happens to entries and watches when etcd, a lease, or a member goes away. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Provider, ServiceName } from "@thrice/core";
import { awaiter, FakeClock, memoryLogger, testCertificate } from "@thrice/core/testing";
import { type EtcdRegistryOptions, etcdRegistry } from "@thrice/registry-etcd";
import { EtcdServer, type EtcdServerInit } from "./support/etcd-server.js";

const greet: ServiceName = { service: "greet.GreetService", group: "", version: "" };
const folder = "/dubbo/greet.GreetService/providers/";
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function startEtcd(init?: EtcdServerInit): Promise<EtcdServer> {
  const server = await EtcdServer.start(init);
  open.push(() => server.close());
  return server;
}

function newRegistry(
  members: string | readonly string[],
  options: Partial<EtcdRegistryOptions> = {},
) {
  const logger = memoryLogger();
  const registry = etcdRegistry({ members, logger, leaseSeconds: 2, ...options });
  open.push(() => registry.close());
  return { registry, logger };
}

function provider(last: number): Provider {
  const address = { host: `10.0.0.${last}`, port: 20_000, params: {} };
  return { ...greet, address, methods: ["Greet"] };
}

/** Asks etcd until it has so many keys. */
async function untilKeys(server: EtcdServer, count: number): Promise<readonly string[]> {
  for (;;) {
    const keys = await server.keys(folder);
    if (keys.length === count) return keys;
  }
}

describe("entries", () => {
  test("stand on a lease, in Dubbo's layout, and go with their withdrawal", async () => {
    const server = await startEtcd();
    const { registry } = newRegistry(server.url, { application: "shop", register: "interface" });
    const lease = registry.register(provider(1));
    await lease.published;
    const [key = ""] = await server.keys("/dubbo/");
    expect(decodeURIComponent(key)).toMatch(
      /^\/dubbo\/greet\.GreetService\/providers\/tri:\/\/10\.0\.0\.1:20000\/greet\.GreetService\?application=shop&/,
    );
    const { kvs } = JSON.parse(await server.control("get", key, "-w", "json"));
    expect(kvs[0].lease).toBeGreaterThan(0);
    await lease.withdraw();
    expect(await server.keys("/dubbo/")).toEqual([]);
    expect(await server.control("lease", "list")).toContain("found 0 leases");
  });

  test("of instances are written twice, as Dubbo-go's consumers hear only of changes", async () => {
    const server = await startEtcd();
    const { registry } = newRegistry(server.url, { application: "shop", register: "application" });
    await registry.register(provider(1)).published;
    const versions = new Set<number>();
    while (!versions.has(2)) {
      const { kvs } = JSON.parse(
        await server.control("get", "/services/shop/10.0.0.1:20000", "-w", "json"),
      );
      versions.add(kvs[0].version);
    }
    expect([...versions]).toEqual([1, 2]);
  });

  test("outlive their lease's time while their process lives", async () => {
    const server = await startEtcd();
    const { registry } = newRegistry(server.url);
    await registry.register(provider(1)).published;
    const [first = ""] = await server.keys(folder);
    const grant = await server.control("lease", "grant", "4");
    const id = /lease (\w+) granted/.exec(grant)?.[1] ?? "";
    await server.control("put", "/mark", "x", `--lease=${id}`);
    while ((await server.keys("/mark")).length > 0);
    expect(await server.keys(folder)).toEqual([first]);
  });

  test("are made anew when their lease was taken away, with a log line", async () => {
    const server = await startEtcd();
    const { registry, logger } = newRegistry(server.url);
    await registry.register(provider(1)).published;
    const leases = (await server.control("lease", "list")).split("\n");
    await server.control("lease", "revoke", leases.at(-1) ?? "");
    expect(await server.keys(folder)).toEqual([]);
    await untilKeys(server, 1);
    expect(logger.records.map(({ message }) => message)).toContain(
      "registry etcd: the lease was lost, [1] entries are made anew",
    );
  });

  test("are made anew in an etcd that comes back empty, and consumers follow, also from an older revision", async () => {
    const server = await startEtcd();
    const { registry, logger } = newRegistry(server.url);
    const consumer = newRegistry(server.url);
    await registry.register(provider(1)).published;
    for (let change = 0; change < 5; change++) await server.control("put", "/other", `${change}`);
    const { until } = awaiter(consumer.registry, greet);
    await until(({ endpoints }) => endpoints.length === 1);
    await server.kill();
    await until(({ state }) => state === "stale");
    await server.forget();
    await server.restart();
    await untilKeys(server, 1);
    await until(({ state, endpoints }) => state === "live" && endpoints.length === 1);
    await registry.register(provider(2)).published;
    await until(({ endpoints }) => endpoints.length === 2);
    const levels = logger.records.map(({ level }) => level);
    expect(levels.filter((level) => level === "error")).toEqual([]);
  });

  test("are published when etcd comes up later than the server", async () => {
    const server = await startEtcd();
    await server.kill();
    const { registry, logger } = newRegistry(server.url);
    const lease = registry.register(provider(1));
    while (logger.records.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.restart();
    await lease.published;
    await untilKeys(server, 1);
    expect(logger.records.map(({ level }) => level)).toEqual(["warn", "info"]);
    expect(logger.records[0]?.message).toContain("registry [etcd] cannot be used: [cannot connect");
  });

  test("that were withdrawn while etcd was away are removed when it is back", async () => {
    const server = await startEtcd();
    const { registry } = newRegistry(server.url, { leaseSeconds: 600 });
    const leases = [registry.register(provider(1)), registry.register(provider(2))];
    await Promise.all(leases.map(({ published }) => published));
    await server.kill();
    await leases[0]?.withdraw();
    await server.restart();
    const [key = ""] = await untilKeys(server, 1);
    expect(decodeURIComponent(key)).toContain("10.0.0.2");
  });

  test("of a process that was killed leave with its lease", async () => {
    const server = await startEtcd();
    const grant = await server.control("lease", "grant", "1");
    const id = /lease (\w+) granted/.exec(grant)?.[1] ?? "";
    const name = encodeURIComponent("tri://10.0.0.9:1/greet.GreetService?side=provider");
    await server.control("put", `${folder}${name}`, "", `--lease=${id}`);
    const { until } = awaiter(newRegistry(server.url).registry, greet);
    await until(({ endpoints }) => endpoints.length === 1);
    await until(({ removed }) => removed.length === 1);
  });
});

describe("watches", () => {
  test("go on from their revision when etcd was away, and hear what has changed meanwhile", async () => {
    const server = await startEtcd();
    const { registry } = newRegistry(server.url, { leaseSeconds: 600 });
    const gone = registry.register(provider(1));
    await gone.published;
    const { until, updates } = awaiter(newRegistry(server.url).registry, greet);
    await until(({ endpoints }) => endpoints.length === 1);
    await server.kill();
    await until(({ state }) => state === "stale");
    await server.restart();
    await Promise.all([gone.withdraw(), registry.register(provider(2)).published]);
    await until(
      ({ state, endpoints }) =>
        state === "live" && endpoints.map(({ id }) => id).join() === "10.0.0.2:20000",
    );
    expect(updates.every(({ endpoints }) => endpoints.length <= 2)).toBe(true);
  });

  test("read everything again when the changes they missed were compacted away", async () => {
    const server = await startEtcd();
    const { registry } = newRegistry(server.url, { leaseSeconds: 600 });
    await registry.register(provider(1)).published;
    // The consumer waits until its clock moves, and so long misses what happens.
    const clock = new FakeClock();
    const consumer = newRegistry(server.url, { clock, random: () => 0.5 });
    const { latest, until } = awaiter(consumer.registry, greet);
    await until(({ state }) => state === "live");
    await server.kill();
    while (consumer.logger.records.length === 0) await clock.advance(0);
    await server.restart();
    await registry.register(provider(2)).published;
    const { header } = JSON.parse(await server.control("get", "/none", "-w", "json"));
    await server.control("compact", String(header.revision));
    expect(latest().endpoints).toHaveLength(1);
    while (latest().state !== "live" || latest().endpoints.length !== 2) await clock.advance(100);
  });

  test("leave out entries that cannot be read, with one log line each, and those of other protocols without", async () => {
    const server = await startEtcd();
    const names = [
      "tri://0.0.0.0:1/s",
      "nonsense",
      "tri://10.0.0.1:1/s?weight=x",
      "dubbo://h:1/s",
      "tri://10.0.0.2:1/s",
    ];
    for (const name of names)
      await server.control("put", `${folder}${encodeURIComponent(name)}`, "");
    const { registry, logger } = newRegistry(server.url);
    const { until } = awaiter(registry, greet);
    const { endpoints } = await until(({ state }) => state === "live");
    expect(endpoints.map(({ id }) => id)).toEqual(["10.0.0.2:1"]);
    await server.control("put", `${folder}nonsense`, "again");
    await server.control("put", `${folder}${encodeURIComponent("tri://10.0.0.3:1/s")}`, "");
    await until(({ endpoints: now }) => now.length === 2);
    expect(logger.records.map(({ level, message }) => [level, message.slice(0, 27)])).toEqual([
      ["warn", "registry [etcd]: entry [/du"],
      ["warn", "registry [etcd]: entry [/du"],
      ["warn", "registry [etcd]: entry [/du"],
    ]);
  });

  test("coalesce a burst of 2 000 changes", async () => {
    const server = await startEtcd();
    const { registry } = newRegistry(server.url, { leaseSeconds: 600 });
    const { until, updates } = awaiter(newRegistry(server.url).registry, greet);
    await until(({ state }) => state === "live");
    for (let at = 0; at < 2_000; at++) {
      registry.register({
        ...provider(1),
        address: { host: "10.0.0.1", port: 1 + at, params: {} },
      });
    }
    await until(({ endpoints }) => endpoints.length === 2_000);
    expect(updates.length).toBeLessThan(1_000);
  });
});

describe("a cluster", () => {
  test("is used by another member when one cannot be reached", async () => {
    const [gone, server] = [await startEtcd(), await startEtcd()];
    await gone.kill();
    const { registry } = newRegistry([gone.url, server.url]);
    const { until } = awaiter(registry, greet);
    await registry.register(provider(1)).published;
    await until(({ endpoints }) => endpoints.length === 1);
  });

  test("is reached with TLS, and not by those who do not trust it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "thrice-etcd-tls-"));
    open.push(() => rm(folder, { recursive: true }));
    const { cert, key } = testCertificate();
    const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
    const args = ["--cert-file", certFile, "--key-file", keyFile];
    const server = await startEtcd({ scheme: "https", args });
    const { registry } = newRegistry(server.url, { tls: { ca: cert } });
    await registry.register(provider(1)).published;
    await awaiter(registry, greet).until(({ endpoints }) => endpoints.length === 1);
    const stranger = awaiter(newRegistry(server.url).registry, greet);
    const { reason } = await stranger.until((update) => update.reason !== "");
    expect(reason).toContain("signed by nobody who is trusted");
  });

  test("lets in a user with a password, and tells a wrong one in the log", async () => {
    const server = await startEtcd();
    await server.control("user", "add", "root:secret");
    await server.control("user", "grant-role", "root", "root");
    await server.control("auth", "enable");
    const user = { username: "root", password: "secret" };
    const { registry } = newRegistry(server.url, user);
    const { until } = awaiter(registry, greet);
    const lease = registry.register(provider(1));
    await lease.published;
    await until(({ endpoints }) => endpoints.length === 1);
    await server.kill();
    await until(({ state }) => state === "stale");
    await server.restart();
    await registry.register(provider(2)).published;
    await until(({ state, endpoints }) => state === "live" && endpoints.length === 2);
    const stranger = newRegistry(server.url, { ...user, password: "wrong" });
    const update = await awaiter(stranger.registry, greet).until(({ reason }) => reason !== "");
    expect(update.reason).toContain("authentication failed");
    expect(stranger.logger.records).toHaveLength(1);
  });
});
