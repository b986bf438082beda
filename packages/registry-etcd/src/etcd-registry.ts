import type { Registry } from "@thrice/core";
import { dubboRegistry } from "@thrice/registry-dubbo";
import { type EtcdRegistryOptions, resolveEtcdOptions } from "./etcd-options.js";
import { EtcdStore } from "./etcd-store.js";

export type { EtcdRegistryOptions };

/**
 * Publishes and finds services in etcd v3, in Dubbo's layouts. It connects when something is published or watched, and lets go
 * when nothing is any more.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function etcdRegistry(options: EtcdRegistryOptions): Registry {
  const resolved = resolveEtcdOptions(options);
  return dubboRegistry(new EtcdStore(resolved), resolved.layout);
}
