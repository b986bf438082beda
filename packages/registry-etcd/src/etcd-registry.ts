import {
  dubboNameFromProvider,
  type Provider,
  type ProviderLease,
  type Registry,
  type ServiceName,
  type ServiceUpdate,
  type ServiceWatch,
  SkippedEntries,
} from "@thrice/core";
import { EtcdClient } from "./etcd-client.js";
import {
  type EtcdRegistryOptions,
  type ResolvedEtcdOptions,
  resolveEtcdOptions,
} from "./etcd-options.js";
import { FollowedService } from "./followed-service.js";
import { Publisher } from "./publisher.js";
import { Reachability } from "./reachability.js";

export type { EtcdRegistryOptions };

/**
 * Publishes and finds services in etcd v3, in Dubbo's layout: `/dubbo/<interface>/providers/<URL>`. It connects when something
 * is published or watched, and lets go when nothing is any more.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function etcdRegistry(options: EtcdRegistryOptions): Registry {
  return new EtcdRegistry(resolveEtcdOptions(options));
}

class EtcdRegistry implements Registry {
  readonly name = "etcd";
  readonly #options: ResolvedEtcdOptions;
  readonly #skipped: SkippedEntries;
  readonly #reachability: Reachability;
  readonly #followed = new Map<string, FollowedService>();
  readonly #leases = new Set<ProviderLease>();
  #publisher: Publisher | undefined;
  #client: EtcdClient | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(options: ResolvedEtcdOptions) {
    this.#options = options;
    this.#skipped = new SkippedEntries(this.name, options.logger);
    this.#reachability = new Reachability(this.name, options.logger);
  }

  register(provider: Provider): ProviderLease {
    const { prefix, application } = this.#options;
    const name = dubboNameFromProvider(provider, application);
    this.#publisher ??= this.#newPublisher();
    const lease = this.#publisher.add(`${prefix}/${provider.service}/providers/${name}`);
    this.#leases.add(lease);
    return {
      published: lease.published,
      withdraw: () => {
        this.#leases.delete(lease);
        return lease.withdraw();
      },
    };
  }

  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const { service: name } = service;
    let followed = this.#followed.get(name);
    if (followed === undefined) {
      const tools = {
        client: this.#connect(),
        options: this.#options,
        skipped: this.#skipped,
        reachability: this.#reachability,
      };
      followed = new FollowedService(name, tools, () => {
        this.#followed.delete(name);
        this.#letGo();
      });
      this.#followed.set(name, followed);
    }
    return followed.watch(service, onUpdate);
  }

  async close(): Promise<void> {
    for (const followed of [...this.#followed.values()]) followed.close();
    await Promise.all([...this.#leases].map((lease) => lease.withdraw()));
    this.#leases.clear();
    await this.#closing;
  }

  #newPublisher(): Publisher {
    return new Publisher(this.#connect(), this.#options, this.#reachability, () => {
      this.#publisher = undefined;
      this.#letGo();
    });
  }

  #connect(): EtcdClient {
    this.#client ??= new EtcdClient(this.#options);
    return this.#client;
  }

  #letGo(): void {
    if (this.#followed.size > 0 || this.#publisher !== undefined) return;
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) this.#closing = client.close();
  }
}
