export type { ZookeeperPermission } from "./zookeeper-options.js";
export { type ZookeeperRegistryOptions, zookeeperRegistry } from "./zookeeper-registry.js";
