import { describeRegistryContract, memoryLogger } from "@thrice/core/testing";
import { dubboRegistry } from "../dubbo-registry.js";
import type { LayoutOptions } from "../layout-options.js";
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

describe.each<{ layout: string; options: LayoutOptions }>([
  { layout: "by interface", options: { register: "interface", lookUp: "interface" } },
  { layout: "by application", options: { register: "application", lookUp: "application" } },
  { layout: "in both ways", options: {} },
])("$layout", ({ options }) => {
  describeRegistryContract("the registry of Dubbo's layouts", async () => {
    const engine = memoryEntries();
    const all = {
      application: "shop",
      metadata: "remote",
      logger: memoryLogger(),
      ...options,
    } as const;
    const newRegistry = () => dubboRegistry(engine.store(), all);
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
});
