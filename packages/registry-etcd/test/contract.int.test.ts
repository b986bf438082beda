import type { Provider } from "@thrice/core";
import { describeRegistryContract, memoryLogger } from "@thrice/core/testing";
import { type EtcdRegistryOptions, etcdRegistry } from "@thrice/registry-etcd";
import { EtcdServer } from "./support/etcd-server.js";

type Layout = Partial<EtcdRegistryOptions>;

let namespaces = 0;

const layouts: Readonly<Record<string, Layout>> = {
  etcd: {},
  "etcd, with the layout by application": {
    application: "shop",
    metadata: "remote",
    register: "application",
    lookUp: "application",
  },
};

for (const [name, layout] of Object.entries(layouts)) {
  describeRegistryContract(name, () => startWith(layout));
}

async function startWith(layout: Layout) {
  const server = await EtcdServer.start();
  const namespace = `/test-${namespaces++}`;
  const options = { members: server.url, namespace, leaseSeconds: 60, logger: memoryLogger() };
  const newRegistry = () => etcdRegistry({ ...options, ...layout });
  const [registry, publisher] = [newRegistry(), newRegistry()];
  return {
    registry,
    publish: async (provider: Provider) => {
      const lease = publisher.register(provider);
      await lease.published;
      return () => lease.withdraw();
    },
    goAway: async () => {
      await server.kill();
      return () => server.restart();
    },
    close: async () => {
      await registry.close();
      await publisher.close();
      await server.close();
    },
  };
}
