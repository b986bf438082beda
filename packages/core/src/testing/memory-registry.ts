import { formatAddress } from "../address.js";
import { endpointFromProvider } from "../registry/provider-endpoint.js";
import { quietClock, type RegistryClock } from "../registry/quiet-clock.js";
import type {
  Provider,
  ProviderLease,
  Registry,
  ServiceName,
  ServiceUpdate,
  ServiceWatch,
} from "../registry/registry.js";
import { WatchedService } from "../registry/watched-service.js";
import { formatServiceKey } from "../service-key.js";

/** A registry that lives in the process, for tests, and can be taken away from its users. */
export interface MemoryRegistry extends Registry {
  /** What is published now, in the order in which it was registered. */
  readonly providers: readonly Provider[];
  /** Makes the engine unreachable: watches become stale, and what is registered waits for its return. */
  goAway(reason?: string): void;
  /** Makes it reachable again; with `isEmpty`, it has forgotten everything, and providers register anew in the next turn. */
  comeBack(options?: { readonly isEmpty?: boolean }): void;
}

/** Makes a registry without a provider. */
export function memoryRegistry(clock: RegistryClock = quietClock): MemoryRegistry {
  return new InMemory(clock);
}

interface Entry {
  readonly provider: Provider;
  readonly key: string;
  readonly publish: () => void;
}

class InMemory implements MemoryRegistry {
  readonly name = "memory";
  readonly #clock: RegistryClock;
  /** What is registered, whether the engine has it or not. */
  readonly #wanted = new Set<Entry>();
  #entries = new Set<Entry>();
  readonly #watches = new Map<WatchedService, ServiceName>();
  #awayReason: string | undefined;

  constructor(clock: RegistryClock) {
    this.#clock = clock;
  }

  get providers(): readonly Provider[] {
    return [...this.#entries].map(({ provider }) => provider);
  }

  register(provider: Provider): ProviderLease {
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry = { provider, key: keyOf(provider), publish: resolve };
    this.#wanted.add(entry);
    this.#publishWanted();
    return {
      published: promise,
      withdraw: async () => {
        this.#wanted.delete(entry);
        resolve();
        this.#publishWanted();
      },
    };
  }

  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const onClose = () => this.#watches.delete(watch);
    const watch = new WatchedService({ clock: this.#clock, onUpdate, onClose });
    this.#watches.set(watch, service);
    this.#tell();
    return watch;
  }

  goAway(reason = "the engine is away"): void {
    this.#awayReason = reason;
    this.#tell();
  }

  comeBack({ isEmpty = false }: { readonly isEmpty?: boolean } = {}): void {
    this.#awayReason = undefined;
    if (!isEmpty) {
      this.#publishWanted();
      return;
    }
    this.#entries = new Set();
    this.#tell();
    this.#clock.setTimer(0, () => this.#publishWanted());
  }

  async close(): Promise<void> {
    for (const watch of this.#watches.keys()) watch.close();
    for (const entry of this.#wanted) entry.publish();
    this.#wanted.clear();
    this.#publishWanted();
  }

  #publishWanted(): void {
    if (this.#awayReason !== undefined) return;
    this.#entries = new Set(this.#wanted);
    for (const entry of this.#entries) entry.publish();
    this.#tell();
  }

  #tell(): void {
    for (const [watch, service] of this.#watches) this.#feed(watch, keyOf(service));
  }

  #feed(watch: WatchedService, key: string): void {
    if (this.#awayReason !== undefined) {
      watch.setState("stale", this.#awayReason);
      return;
    }
    const found = [...this.#entries].filter((entry) => entry.key === key);
    watch.replace(
      found.flatMap(({ provider: { address } }) => {
        const entry = endpointFromProvider(address);
        return entry.ok ? [[formatAddress(address), entry.endpoint] as const] : [];
      }),
    );
  }
}

function keyOf({ service, group, version }: ServiceName): string {
  return formatServiceKey(service, group, version);
}
