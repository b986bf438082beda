import { memoryLogger } from "@thrice/core/testing";
import { describeEntryStoreContract } from "@thrice/registry-dubbo/testing";
import { resolveEtcdOptions } from "../src/etcd-options.js";
import { EtcdStore } from "../src/etcd-store.js";
import { EtcdServer } from "./support/etcd-server.js";

describeEntryStoreContract("etcd", async () => {
  const server = await EtcdServer.start();
  const options = { members: server.url, leaseSeconds: 60, logger: memoryLogger() };
  const newStore = () => new EtcdStore(resolveEtcdOptions(options));
  const [store, other] = [newStore(), newStore()];
  return {
    store,
    other,
    goAway: async () => {
      await server.kill();
      return () => server.restart();
    },
    close: async () => {
      await store.close();
      await other.close();
      await server.close();
    },
  };
});
