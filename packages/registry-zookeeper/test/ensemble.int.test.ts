/** Several servers, users, access lists, paths and TLS. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Provider, ServiceName } from "@thrice/core";
import { awaiter, memoryLogger, testCertificate } from "@thrice/core/testing";
import { type ZookeeperRegistryOptions, zookeeperRegistry } from "@thrice/registry-zookeeper";
import { ZookeeperServer, type ZookeeperServerInit } from "./support/zookeeper-server.js";

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
  const registry = zookeeperRegistry({ members, logger, ...options });
  open.push(() => registry.close());
  return { registry, logger };
}

describe("several servers", () => {
  test("take each other's place when one cannot be reached", async () => {
    const [gone, server] = [await startZookeeper(), await startZookeeper()];
    await gone.kill();
    const { registry } = newRegistry(`${gone.place},${server.place}`);
    await registry.register(provider).published;
    await awaiter(registry, greet).until(({ endpoints }) => endpoints.length === 1);
  });

  test.each([
    { title: "nonsense", answer: Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n") },
    { title: "a frame that ends too early", answer: Buffer.from([0, 0, 0, 2, 1, 1]) },
  ])("that answer $title are passed by", async ({ answer }) => {
    const liar = createServer((socket) => socket.on("error", () => {}).end(answer));
    liar.listen(0, "127.0.0.1");
    await once(liar, "listening");
    open.push(async () => void liar.close());
    const server = await startZookeeper();
    const place = `127.0.0.1:${(liar.address() as AddressInfo).port}`;
    // Nothing is shuffled, so that the liar comes first.
    const { registry, logger } = newRegistry([place, server.place], { random: () => 0.99 });
    await awaiter(registry, greet).until(({ state }) => state === "live");
    expect(logger.records[0]?.message).toContain("its answer cannot be read");
  });
});

describe("users", () => {
  test("have nodes that strangers cannot see, and are told so", async () => {
    const server = await startZookeeper();
    const user = { username: "shop", password: "secret" };
    const { registry } = newRegistry(server.place, user);
    await registry.register(provider).published;
    await awaiter(registry, greet).until(({ endpoints }) => endpoints.length === 1);
    expect(await server.control("getAcl", "/dubbo").catch(String)).toMatch(/NoAuth|permission/);
    const stranger = newRegistry(server.place);
    const { reason } = await awaiter(stranger.registry, greet).until(
      (update) => update.reason !== "",
    );
    expect(reason).toContain(
      "the user may not do that (-102): /dubbo/greet.GreetService/providers",
    );
    expect(stranger.logger.records.map(({ level }) => level)).toEqual(["warn"]);
  });

  test("decide by a list who may do what", async () => {
    const server = await startZookeeper();
    const { registry } = newRegistry(server.place, {
      username: "shop",
      password: "secret",
      acl: [
        { scheme: "auth", id: "", permissions: "cdrwa" },
        { scheme: "world", id: "anyone", permissions: "r" },
      ],
    });
    await registry.register(provider).published;
    const acl = await server.control("getAcl", "/dubbo/greet.GreetService/providers");
    expect(acl.split("\n")).toEqual([
      expect.stringMatching(/^'digest,'shop:/),
      ": cdrwa",
      "'world,'anyone",
      ": r",
    ]);
    const stranger = newRegistry(server.place);
    await awaiter(stranger.registry, greet).until(({ endpoints }) => endpoints.length === 1);
    const lease = stranger.registry.register({ ...provider, version: "2.0" });
    while (stranger.logger.records.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stranger.logger.records[0]?.message).toContain("the user may not do that (-102)");
    await lease.withdraw();
  });
});

test("everything is below the path behind the members, which is made if need be", async () => {
  const server = await startZookeeper();
  const { registry } = newRegistry(`${server.place}/prod/eu`);
  await registry.register(provider).published;
  const [path] = await server.ephemerals();
  expect(path).toMatch(/^\/prod\/eu\/dubbo\/greet\.GreetService\/providers\/tri/);
  await awaiter(registry, greet).until(({ endpoints }) => endpoints.length === 1);
  const elsewhere = newRegistry(`${server.place}/prod`);
  const update = await awaiter(elsewhere.registry, greet).until(({ state }) => state === "live");
  expect(update.endpoints).toEqual([]);
});

test("servers are reached with TLS, and not by those who do not trust them", async () => {
  const server = await startZookeeper();
  const [host, port] = server.place.split(":");
  const { cert, key } = testCertificate();
  const sockets = new Set<Socket>();
  // ZooKeeper's own TLS needs more of Java than Debian brings.
  const tls = createTlsServer({ cert, key }, (near) => {
    const far = connect({ host, port: Number(port) });
    for (const socket of [near, far]) sockets.add(socket.on("error", () => {}));
    near.pipe(far).pipe(near);
  });
  tls.listen(0, "127.0.0.1");
  await once(tls, "listening");
  open.push(async () => {
    tls.close();
    for (const socket of sockets) socket.destroy();
  });
  const place = `127.0.0.1:${(tls.address() as AddressInfo).port}`;
  const { registry } = newRegistry(place, { tls: { ca: cert } });
  await registry.register(provider).published;
  await awaiter(registry, greet).until(({ endpoints }) => endpoints.length === 1);
  const stranger = newRegistry(place, { tls: true });
  const { reason } = await awaiter(stranger.registry, greet).until(
    (update) => update.reason !== "",
  );
  expect(reason).toMatch(/self-signed|unable to verify/);
});
