/**
 * Services in DNS. A name is asked for again when its answer has run out, a little later each time by chance, so that many
 * clients do not ask at once. What fails leaves the last answer as it is.
 */
import { Resolver } from "node:dns/promises";
import {
  type Discovery,
  formatServiceKey,
  type ServiceName,
  type ServiceUpdate,
  type ServiceWatch,
  show,
  WatchedService,
} from "@thrice/core";
import {
  type DnsRegistryOptions,
  type ResolvedDnsOptions,
  resolveDnsOptions,
} from "./dns-options.js";
import { PolledName } from "./polled-name.js";

export type { DnsRegistryOptions };

/**
 * Finds services in DNS, such as a headless service of Kubernetes. Servers cannot publish themselves in it.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 * @example
 * dnsRegistry({ services: { "*": "greeter.default.svc.cluster.local:20000" } });
 */
export function dnsRegistry(options: DnsRegistryOptions): Discovery {
  return new DnsRegistry(resolveDnsOptions(options));
}

class DnsRegistry implements Discovery {
  readonly name = "dns";
  readonly #options: ResolvedDnsOptions;
  readonly #resolver: Resolver;
  /** Those that are watched, by service key or `*`. */
  readonly #polled = new Map<string, PolledName>();

  constructor(options: ResolvedDnsOptions) {
    this.#options = options;
    this.#resolver = new Resolver({ timeout: options.timeoutMs, tries: 2 });
    if (options.servers.length > 0) setServers(this.#resolver, options.servers);
  }

  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const { clock, services } = this.#options;
    const ownKey = formatServiceKey(service.service, service.group, service.version);
    const key = services.has(ownKey) ? ownKey : "*";
    const name = services.get(key);
    if (name === undefined) {
      const watch = new WatchedService({ clock, onUpdate });
      watch.replace([]);
      return watch;
    }
    let polled = this.#polled.get(key);
    if (polled === undefined) {
      polled = new PolledName(name, this.#resolver, this.#options, () => this.#polled.delete(key));
      this.#polled.set(key, polled);
    }
    return polled.watch(onUpdate);
  }

  async close(): Promise<void> {
    for (const polled of [...this.#polled.values()]) polled.close();
    this.#resolver.cancel();
  }
}

/** @throws TypeError naming the list, if one of them is no address. */
function setServers(resolver: Resolver, servers: readonly string[]): void {
  try {
    resolver.setServers(servers);
  } catch (cause) {
    throw new TypeError(
      `servers must be addresses, got ${show(servers)}: ${(cause as Error).message}`,
    );
  }
}
