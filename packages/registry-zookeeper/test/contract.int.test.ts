import { describeRegistryContract, memoryLogger } from "@thrice/core/testing";
import { describeEntryStoreContract } from "@thrice/registry-dubbo/testing";
import { zookeeperRegistry } from "@thrice/registry-zookeeper";
import { ZookeeperStore } from "../src/store/zookeeper-store.js";
import { resolveZookeeperOptions } from "../src/zookeeper-options.js";
import { ZookeeperServer } from "./support/zookeeper-server.js";

describeRegistryContract("zookeeper", async () => {
  const server = await ZookeeperServer.start({ tickMs: 3_000 });
  const newRegistry = () =>
    zookeeperRegistry({ members: server.place, sessionTimeoutMs: 60_000, logger: memoryLogger() });
  const [registry, publisher] = [newRegistry(), newRegistry()];
  return {
    registry,
    publish: async (provider) => {
      const lease = publisher.register(provider);
      await lease.published;
      return () => lease.withdraw();
    },
    goAway: () => goAway(server),
    close: async () => {
      await registry.close();
      await publisher.close();
      await server.close();
    },
  };
});

describeEntryStoreContract("zookeeper", async () => {
  const server = await ZookeeperServer.start({ tickMs: 3_000 });
  const options = { sessionTimeoutMs: 60_000, logger: memoryLogger() };
  const newStore = () =>
    new ZookeeperStore(resolveZookeeperOptions({ members: server.place, ...options }));
  const [store, other] = [newStore(), newStore()];
  return {
    store,
    other,
    goAway: () => goAway(server),
    close: async () => {
      await store.close();
      await other.close();
      await server.close();
    },
  };
});

async function goAway(server: ZookeeperServer): Promise<() => Promise<void>> {
  await server.kill();
  return () => server.restart();
}
