import type { Registry } from "@thrice/core";
import { dubboRegistry } from "@thrice/registry-dubbo";
import { ZookeeperStore } from "./store/zookeeper-store.js";
import { resolveZookeeperOptions, type ZookeeperRegistryOptions } from "./zookeeper-options.js";

export type { ZookeeperRegistryOptions };

/**
 * Publishes and finds services in ZooKeeper, in Dubbo's layouts. It connects when something is published or watched, and lets
 * go when nothing is any more.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function zookeeperRegistry(options: ZookeeperRegistryOptions): Registry {
  const resolved = resolveZookeeperOptions(options);
  return dubboRegistry(new ZookeeperStore(resolved), resolved.layout);
}
