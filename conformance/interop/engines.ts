/** Engines of discovery, real ones, on the loopback interface. */
import { EtcdServer } from "../../packages/registry-etcd/test/support/etcd-server.js";
import { ZookeeperServer } from "../../packages/registry-zookeeper/test/support/zookeeper-server.js";
import type { Engine } from "./discovery-checks.js";

export interface RunningEngine extends Engine {
  close(): Promise<void>;
}

/** Rejects, saying how to get it, where etcd is not installed. */
export async function startEtcd(): Promise<RunningEngine> {
  const etcd = await EtcdServer.start();
  return {
    ours: "etcd",
    theirs: "etcdv3",
    address: new URL(etcd.url).host,
    clear: async () => void (await etcd.control("del", "", "--prefix")),
    close: () => etcd.close(),
  };
}

/** Rejects, saying how to get it, where ZooKeeper is not installed. */
export async function startZookeeper(): Promise<RunningEngine> {
  const zookeeper = await ZookeeperServer.start();
  return {
    ours: "zookeeper",
    theirs: "zookeeper",
    address: zookeeper.place,
    clear: async () => {
      await zookeeper.kill();
      await zookeeper.forget();
      await zookeeper.restart();
    },
    close: () => zookeeper.close(),
  };
}
