import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatAddress } from "../address.js";
import { formatServiceKey } from "../service-key.js";
import { describeRegistryContract } from "../testing/describe-registry-contract.js";
import { memoryLogger } from "../testing/memory-logger.js";
import { memoryRegistry } from "../testing/memory-registry.js";
import { fileRegistry } from "./file-registry.js";
import type { Provider } from "./registry.js";

describeRegistryContract("the registry in memory", async () => {
  const registry = memoryRegistry();
  return {
    registry,
    publish: async (provider) => {
      const lease = registry.register(provider);
      await lease.published;
      return () => lease.withdraw();
    },
    goAway: async () => {
      registry.goAway();
      return async () => registry.comeBack();
    },
    close: () => registry.close(),
  };
});

describeRegistryContract("the registry in a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "thrice-file-registry-"));
  const path = join(folder, "services.json");
  const providers = new Set<Provider>();
  let written = Promise.resolve();
  const write = () => {
    written = written.then(async () => {
      await writeFile(`${path}.new`, JSON.stringify(servicesOf(providers)));
      await rename(`${path}.new`, path);
    });
    return written;
  };
  await write();
  const registry = fileRegistry({ path, intervalMs: 20, logger: memoryLogger() });
  return {
    registry,
    publish: async (provider) => {
      providers.add(provider);
      await write();
      return async () => {
        providers.delete(provider);
        await write();
      };
    },
    goAway: async () => {
      await rename(path, `${path}.away`);
      return () => rename(`${path}.away`, path);
    },
    close: async () => {
      await registry.close();
      await rm(folder, { recursive: true });
    },
  };
});

function servicesOf(providers: Iterable<Provider>): Record<string, string[]> {
  const services: Record<string, string[]> = {};
  for (const { service, group, version, address } of providers) {
    const params = new URLSearchParams(address.params);
    const key = formatServiceKey(service, group, version);
    services[key] = [...(services[key] ?? []), `tri://${formatAddress(address)}?${params}`];
  }
  return services;
}
