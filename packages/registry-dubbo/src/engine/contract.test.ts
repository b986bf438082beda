import { describeRegistryContract, memoryLogger } from "@thrice/core/testing";
import { dubboRegistry } from "../dubbo-registry.js";
import { describeEntryStoreContract } from "../testing/describe-entry-store-contract.js";
import { memoryEntries } from "../testing/memory-entries.js";

describeEntryStoreContract("the engine in memory", async () => {
  const engine = memoryEntries();
  const [store, other] = [engine.store(), engine.store()];
  return {
    store,
    other,
    goAway: async () => {
      engine.goAway();
      return async () => engine.comeBack();
    },
    close: async () => {
      await Promise.all([store.close(), other.close()]);
    },
  };
});

describeRegistryContract("the registry of Dubbo's layouts", async () => {
  const engine = memoryEntries();
  const newRegistry = () => dubboRegistry(engine.store(), { logger: memoryLogger() });
  const [registry, publisher] = [newRegistry(), newRegistry()];
  return {
    registry,
    publish: async (provider) => {
      const lease = publisher.register(provider);
      await lease.published;
      return () => lease.withdraw();
    },
    goAway: async () => {
      engine.goAway();
      return async () => engine.comeBack();
    },
    close: async () => {
      await registry.close();
      await publisher.close();
    },
  };
});
