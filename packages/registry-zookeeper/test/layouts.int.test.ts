/** Entries of applications and rules in a real ZooKeeper, and what becomes of them when it goes away. */
import type { Provider, ServiceName } from "@thrice/core";
import { awaiter, memoryLogger } from "@thrice/core/testing";
import { type ZookeeperRegistryOptions, zookeeperRegistry } from "@thrice/registry-zookeeper";
import { ZookeeperStore } from "../src/store/zookeeper-store.js";
import { resolveZookeeperOptions } from "../src/zookeeper-options.js";
import { ZookeeperServer } from "./support/zookeeper-server.js";

const greet: ServiceName = { service: "greet.GreetService", group: "", version: "" };
const provider: Provider = {
  ...greet,
  address: { host: "10.0.0.1", port: 20_000, params: {} },
  methods: ["Greet"],
};
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function startZookeeper(): Promise<ZookeeperServer> {
  const server = await ZookeeperServer.start();
  open.push(() => server.close());
  return server;
}

function newRegistry({ place }: ZookeeperServer, options: Partial<ZookeeperRegistryOptions> = {}) {
  const base = { members: place, logger: memoryLogger(), application: "shop" };
  const registry = zookeeperRegistry({ ...base, metadata: "remote", ...options });
  open.push(() => registry.close());
  return registry;
}

/** The nodes without children, with what differs from process to process left out. */
async function leavesOf(server: ZookeeperServer): Promise<readonly string[]> {
  const paths = (await server.control("ls", "-R", "/")).split("\n");
  return paths
    .filter((path) => path !== "/" && !paths.some((other) => other.startsWith(`${path}/`)))
    .filter((path) => !path.startsWith("/zookeeper"))
    .map((path) => path.replace(/[0-9a-f]{128}$/, "…").replace(/%3F.*/, ""))
    .sort();
}

const all = [
  "/dubbo/greet.GreetService/providers/tri%3A%2F%2F10.0.0.1%3A20000%2Fgreet.GreetService",
  "/dubbo/mapping/greet.GreetService",
  "/dubbo/metadata/shop/…",
  "/dubbo/shop/…",
  "/services/shop/10.0.0.1:20000",
];

describe("a provider in ZooKeeper", () => {
  test("has a node in each layout, the instance as Curator writes it, and leaves mapping and metadata behind", async () => {
    const server = await startZookeeper();
    const lease = newRegistry(server).register(provider);
    await lease.published;
    expect(await leavesOf(server)).toEqual(all);
    expect(await server.control("get", all[1] ?? "")).toBe("shop");
    expect(JSON.parse(await server.control("get", all[4] ?? ""))).toMatchObject({
      name: "shop",
      address: "10.0.0.1",
      port: 20_000,
      payload: {
        "@class": "org.apache.dubbo.registry.zookeeper.ZookeeperInstance",
        metadata: { "dubbo.metadata.storage-type": "remote" },
      },
    });
    await lease.withdraw();
    const folders = ["/dubbo/greet.GreetService/providers", "/services/shop"];
    expect(await leavesOf(server)).toEqual([...all.slice(1, 4), ...folders].sort());
  });

  test("has all of them anew in a ZooKeeper that comes back empty, and consumers follow", async () => {
    const server = await startZookeeper();
    await newRegistry(server).register(provider).published;
    const consumer = newRegistry(server, { lookUp: "application", consumers: false });
    const { until } = awaiter(consumer, greet);
    await until(({ endpoints }) => endpoints.length === 1);
    await server.kill();
    await until(({ state }) => state === "stale");
    await server.forget();
    await server.restart();
    await until(({ state, endpoints }) => state === "live" && endpoints.length === 1);
    while ((await server.ephemerals()).length < 2);
    while ((await leavesOf(server)).length < all.length);
    expect(await leavesOf(server)).toEqual(all);
  });
});

test("a rule in ZooKeeper is heard as it comes, changes and goes", async () => {
  const server = await startZookeeper();
  const { rules } = newRegistry(server);
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
  await untilHeard(undefined);
  const path = "/dubbo/config/dubbo/shop.tag-router";
  const writer = new ZookeeperStore(resolveZookeeperOptions({ members: server.place }));
  open.push(() => writer.close());
  await writer.update(path, () => "tags: []");
  await untilHeard("tags: []");
  await server.control("set", path, "force: true");
  await untilHeard("force: true");
  await server.control("delete", path);
  await untilHeard(undefined);
  followed?.close();
});
