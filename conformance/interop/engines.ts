/** Engines of discovery, real ones, on the loopback interface. */
import { EtcdServer } from "../../packages/registry-etcd/test/support/etcd-server.js";
import { ZookeeperServer } from "../../packages/registry-zookeeper/test/support/zookeeper-server.js";

/** An engine that runs, by the names that the two sides have for it. */
export interface Engine {
  readonly ours: "etcd" | "zookeeper";
  readonly theirs: "etcdv3" | "zookeeper";
  /** `host:port` */
  readonly address: string;
  /** Forgets everything: providers that were killed stay known for a while. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Rejects, saying how to get it, where etcd is not installed. */
export async function startEtcd(): Promise<Engine> {
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
export async function startZookeeper(): Promise<Engine> {
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
