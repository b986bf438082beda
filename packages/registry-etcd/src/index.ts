export { type EtcdRegistryOptions, etcdRegistry } from "./etcd-registry.js";
