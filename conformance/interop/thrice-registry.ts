/** The registry that the driver wants of our side. */
import type { LayoutOptions } from "@thrice/registry-dubbo";
import { etcdRegistry } from "@thrice/registry-etcd";
import { zookeeperRegistry } from "@thrice/registry-zookeeper";
import type { Registry } from "@thrice/server";

/** What the driver wants: where the engine is, and how services are published and found. */
export interface RegistryInit
  extends Pick<LayoutOptions, "application" | "register" | "lookUp" | "metadata"> {
  readonly engine: "etcd" | "zookeeper";
  /** `host:port` */
  readonly address: string;
}

export function openRegistry({ engine, address, ...layout }: RegistryInit): Registry {
  switch (engine) {
    case "etcd":
      return etcdRegistry({ members: address, ...layout });
    case "zookeeper":
      return zookeeperRegistry({ members: address, ...layout });
  }
}
