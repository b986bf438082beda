/** Entries of applications and rules in a real etcd, and what becomes of them when it goes away. */
import type { Provider, ServiceName } from "@thrice/core";
import { awaiter, memoryLogger } from "@thrice/core/testing";
import { type EtcdRegistryOptions, etcdRegistry } from "@thrice/registry-etcd";
import { EtcdServer } from "./support/etcd-server.js";

const greet: ServiceName = { service: "greet.GreetService", group: "", version: "" };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function startEtcd(): Promise<EtcdServer> {
  const server = await EtcdServer.start();
  open.push(() => server.close());
  return server;
}

function newRegistry({ url }: EtcdServer, options: Partial<EtcdRegistryOptions> = {}) {
  const logger = memoryLogger();
  const base = { members: url, logger, leaseSeconds: 60, application: "shop" };
  const registry = etcdRegistry({ ...base, metadata: "remote", ...options });
  open.push(() => registry.close());
  return registry;
}

function provider(last: number): Provider {
  const address = { host: `10.0.0.${last}`, port: 20_000, params: {} };
  return { ...greet, address, methods: ["Greet"] };
}

/** The keys, with what differs from process to process left out. */
async function keysOf(server: EtcdServer): Promise<readonly string[]> {
  const keys = await server.keys("/");
  return keys.map((key) => key.replace(/[0-9a-f]{128}$/, "…").replace(/%3F.*/, "")).sort();
}

const all = [
  "/dubbo/greet.GreetService/providers/tri%3A%2F%2F10.0.0.1%3A20000%2Fgreet.GreetService",
  "/dubbo/mapping/greet.GreetService",
  "/dubbo/metadata/shop/…",
  "/dubbo/shop/…",
  "/services/shop/10.0.0.1:20000",
];

describe("a provider in etcd", () => {
  test("has an entry in each layout, and leaves mapping and metadata behind", async () => {
    const server = await startEtcd();
    const lease = newRegistry(server).register(provider(1));
    await lease.published;
    expect(await keysOf(server)).toEqual(all);
    expect(await server.control("get", "--print-value-only", all[1] ?? "")).toBe("shop");
    const instance = await server.control("get", "--print-value-only", all[4] ?? "");
    expect(JSON.parse(instance)).toMatchObject({
      serviceName: "shop",
      host: "10.0.0.1",
      port: 20_000,
      metadata: { "dubbo.metadata.storage-type": "remote", "meta-v": "2.0.0" },
    });
    await lease.withdraw();
    expect(await keysOf(server)).toEqual(all.slice(1, 4));
  });

  test("writes all of them anew in an etcd that comes back empty, and consumers follow", async () => {
    const server = await startEtcd();
    const lease = newRegistry(server, { leaseSeconds: 2 }).register(provider(1));
    await lease.published;
    const consumer = newRegistry(server, { lookUp: "application", consumers: false });
    const { until } = awaiter(consumer, greet);
    await until(({ endpoints }) => endpoints.length === 1);
    await server.kill();
    await until(({ state }) => state === "stale");
    await server.forget();
    await server.restart();
    while ((await keysOf(server)).length < all.length);
    expect(await keysOf(server)).toEqual(all);
    await until(({ state, endpoints }) => state === "live" && endpoints.length === 1);
  });
});

test("a rule in etcd is heard as it changes, and not before it was read", async () => {
  const server = await startEtcd();
  const key = "/dubbo/config/dubbo/shop.tag-router";
  await server.control("put", key, "tags: []");
  const { rules } = newRegistry(server);
  expect(rules?.application).toBe("shop");
  const heard: (string | undefined)[] = [];
  let wake = () => {};
  const followed = rules?.follow("shop.tag-router", (text) => {
    heard.push(text);
    wake();
  });
  const untilHeard = async (text: string | undefined) => {
    while (heard.length === 0 || heard.at(-1) !== text) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  await untilHeard("tags: []");
  await server.control("put", key, "force: true");
  await untilHeard("force: true");
  await server.control("del", key);
  await untilHeard(undefined);
  followed?.close();
  expect(heard).not.toContain("");
});
