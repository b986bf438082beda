import type { Registry } from "@thrice/core";
import { etcdRegistry } from "@thrice/registry-etcd";
import { zookeeperRegistry } from "@thrice/registry-zookeeper";
import type { EngineName } from "./engine.js";

/** Which engine, where, and how long it keeps entries of a dead process, in seconds. */
export interface EnginePlace {
  readonly engine: EngineName;
  readonly members: string;
  readonly leaseSeconds: number;
}

/** A registry with nothing else set. */
export function newRegistry({ engine, members, leaseSeconds }: EnginePlace): Registry {
  return engine === "etcd"
    ? etcdRegistry({ members, leaseSeconds })
    : zookeeperRegistry({ members, sessionTimeoutMs: leaseSeconds * 1_000 });
}
