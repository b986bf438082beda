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

/** Tick of ZooKeeper, as a share of the lease: it takes up to one more than a session's time to find out that it is over. */
export const tickRatio = 0.2;

/** A registry with nothing else set. With a lease of 10 s, all are defaults. */
export function newRegistry({ engine, members, leaseSeconds }: EnginePlace): Registry {
  return engine === "etcd"
    ? etcdRegistry({ members, leaseSeconds })
    : zookeeperRegistry({ members, sessionTimeoutMs: (1 - tickRatio) * leaseSeconds * 1_000 });
}
