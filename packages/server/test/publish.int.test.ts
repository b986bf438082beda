/** Services that are published in registries while a server runs. */
import { connect } from "node:net";
import type { Provider, ProviderLease } from "@thrice/core";
import { FakeClock, memoryLogger, memoryRegistry } from "@thrice/core/testing";
import { newServer, type Registry, type ServerOptions } from "@thrice/server";
import { registerKindsServiceHandler } from "./gen/kinds/kinds_thrice.js";
import { Bench } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

function newKindsServer(options: ServerOptions) {
  const server = newServer({ host: "127.0.0.1", port: 0, logger: memoryLogger(), ...options });
  bench.closeLater(() => server.stop());
  return server;
}

describe("a server with registries", () => {
  test("publishes each of its services where it listens, in every registry", async () => {
    const registries = [memoryRegistry(), memoryRegistry()];
    const publish = { weight: 50, zone: "north", params: { "dubbo.tag": "gray" } };
    const server = newKindsServer({ registries, publish });
    registerKindsServiceHandler(server, {} as never);
    registerKindsServiceHandler(server, {} as never, { group: "blue", version: "2.0" });
    await server.serve();
    const address = {
      host: "127.0.0.1",
      port: server.port,
      params: {
        weight: "50",
        zone: "north",
        "dubbo.tag": "gray",
        timestamp: expect.stringMatching(/^\d{13}$/),
      },
    };
    const service = "kinds.KindsService";
    const methods = expect.arrayContaining(["Unary", "Watch", "Collect", "Chat"]);
    for (const { providers } of registries) {
      expect(providers).toEqual([
        { service, group: "", version: "", address, methods },
        { service, group: "blue", version: "2.0", address, methods },
      ]);
    }
  });

  test("withdraws before it turns callers away", async () => {
    const registry = memoryRegistry();
    const log: string[] = [];
    const watched: Registry = {
      name: registry.name,
      watch: (service, onUpdate) => registry.watch(service, onUpdate),
      close: () => registry.close(),
      register: (provider) =>
        withdrawing(registry.register(provider), async () => {
          log.push(`withdrawn while callers ${await tryToConnect(provider)}`);
        }),
    };
    const server = newKindsServer({ registries: [watched] });
    registerKindsServiceHandler(server, {} as never);
    await server.serve();
    await server.stop();
    expect(log).toEqual(["withdrawn while callers can connect"]);
    expect(registry.providers).toEqual([]);
  });

  test("serves after 3 s when a registry is away, and is published when that comes back", async () => {
    const registry = memoryRegistry();
    registry.goAway();
    const clock = new FakeClock();
    const server = newKindsServer({ registries: [registry], clock });
    registerKindsServiceHandler(server, {} as never);
    let isServing = false;
    const serving = server.serve().then(() => {
      isServing = true;
    });
    while (clock.pendingTimers === 0) await clock.advance(0);
    await clock.advance(2_999);
    expect(isServing).toBe(false);
    await clock.advance(1);
    await serving;
    expect(registry.providers).toEqual([]);
    registry.comeBack();
    expect(registry.providers).toHaveLength(1);
  });

  test("can be stopped while it waits for a registry", async () => {
    const registry = memoryRegistry();
    registry.goAway();
    const server = newKindsServer({ registries: [registry], clock: new FakeClock() });
    registerKindsServiceHandler(server, {} as never);
    const serving = server.serve();
    while (server.port === undefined) await new Promise((resolve) => setImmediate(resolve));
    await server.stop();
    await serving;
    registry.comeBack();
    expect(registry.providers).toEqual([]);
  });

  test("stops after 1 s when a registry takes nothing back", async () => {
    const clock = new FakeClock();
    const stuck: Registry = {
      name: "stuck",
      watch: (service, onUpdate) => memoryRegistry().watch(service, onUpdate),
      close: async () => {},
      register: () => ({ published: Promise.resolve(), withdraw: () => new Promise(() => {}) }),
    };
    const server = newKindsServer({ registries: [stuck], clock });
    registerKindsServiceHandler(server, {} as never);
    await server.serve();
    let isStopped = false;
    const stopping = server.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(999);
    expect(isStopped).toBe(false);
    await clock.advance(1);
    await stopping;
  });

  test("names the host and port that it is told, else those of the environment", async () => {
    const registry = memoryRegistry();
    const publish = async (options: ServerOptions["publish"]) => {
      const server = newKindsServer({ registries: [registry], publish: options });
      registerKindsServiceHandler(server, {} as never);
      await server.serve();
      return registry.providers.at(-1)?.address;
    };
    process.env.DUBBO_IP_TO_REGISTRY = "10.1.2.3";
    process.env.DUBBO_PORT_TO_REGISTRY = "31000";
    try {
      expect(await publish({})).toMatchObject({ host: "10.1.2.3", port: 31_000 });
      const told = { host: "greeter.example", port: 443 };
      expect(await publish(told)).toMatchObject(told);
    } finally {
      delete process.env.DUBBO_IP_TO_REGISTRY;
      delete process.env.DUBBO_PORT_TO_REGISTRY;
    }
  });

  test("names an address of the machine when it listens on all interfaces", async () => {
    const registry = memoryRegistry();
    const server = newKindsServer({ registries: [registry], host: "0.0.0.0" });
    registerKindsServiceHandler(server, {} as never);
    await server.serve();
    const [provider] = registry.providers;
    expect(provider?.address.host).not.toMatch(/^[0.:]*$/);
    expect(await tryToConnect(provider as Provider)).toBe("can connect");
  });
});

test.each([
  {
    title: "a registry alone",
    options: { registries: memoryRegistry() },
    says: "registries must be a list",
  },
  {
    title: "one that takes no entries",
    options: { registries: [{}] },
    says: "registries[0] must be a registry that takes entries",
  },
  {
    title: "a path",
    options: { registries: [memoryRegistry()], path: "/run/x" },
    says: "registries cannot name a socket",
  },
  {
    title: "a wrong weight",
    options: { publish: { weight: -1 } },
    says: "publish.weight must be a number from 0",
  },
  {
    title: "port 0",
    options: { publish: { port: 0 } },
    says: "publish.port must be a whole number from 1",
  },
  { title: "an empty host", options: { publish: { host: "" } }, says: "publish.host must be text" },
  {
    title: "a zone that is no text",
    options: { publish: { zone: 1 } },
    says: "publish.zone must be text",
  },
  {
    title: "a parameter that is no text",
    options: { publish: { params: { a: 1 } } },
    says: "publish.params['a'] must be text, got 1",
  },
  {
    title: "a misspelt name",
    options: { publish: { wait: 1 } },
    says: "publish: unknown option 'wait'",
  },
])("registries of a server are refused with $title", ({ options, says }) => {
  expect(() => newServer(options as never)).toThrow(says);
});

function withdrawing(lease: ProviderLease, before: () => Promise<void>): ProviderLease {
  return { published: lease.published, withdraw: () => before().then(() => lease.withdraw()) };
}

function tryToConnect({ address: { host, port } }: Provider): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (text: string) => () => {
      socket.destroy();
      resolve(text);
    };
    socket.on("connect", end("can connect")).on("error", end("cannot connect"));
  });
}
