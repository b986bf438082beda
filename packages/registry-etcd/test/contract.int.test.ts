import { describeRegistryContract, memoryLogger } from "@thrice/core/testing";
import { etcdRegistry } from "@thrice/registry-etcd";
import { EtcdServer } from "./support/etcd-server.js";

let namespaces = 0;

describeRegistryContract("etcd", async () => {
  const server = await EtcdServer.start();
  const namespace = `/test-${namespaces++}`;
  const newRegistry = () =>
    etcdRegistry({ members: server.url, namespace, leaseSeconds: 60, logger: memoryLogger() });
  const [registry, publisher] = [newRegistry(), newRegistry()];
  return {
    registry,
    publish: async (provider) => {
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
});
