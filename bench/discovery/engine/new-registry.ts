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

/** Tick of ZooKeeper, in milliseconds: it takes up to one more than a session's time to find out that it is over. */
export function tickMsOf(leaseSeconds: number): number {
  return leaseSeconds * 200;
}

/** A registry with nothing else set. With a lease of 10 s, all are defaults. */
export function newRegistry({ engine, members, leaseSeconds }: EnginePlace): Registry {
  return engine === "etcd"
    ? etcdRegistry({ members, leaseSeconds })
    : zookeeperRegistry({ members, sessionTimeoutMs: 4 * tickMsOf(leaseSeconds) });
}
