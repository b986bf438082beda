/** The endpoints of one service from all registries of a client, as one directory. */
import {
  type AdvertisedOptions,
  advertisedByProvider,
  type Directory,
  type Discovery,
  type Endpoint,
  type ServiceName,
  type ServiceWatch,
  type Snapshot,
} from "@thrice/core";
import type { ResolvedRegistry } from "./registry-options.js";

/** A registry with what it knows of the service. */
interface Source {
  readonly registry: ResolvedRegistry;
  readonly watch: ServiceWatch;
  /** Endpoints as this client counts them, so that those which stay are the same objects. */
  readonly adapted: WeakMap<Endpoint, Endpoint>;
}

/**
 * Watches a service in several registries. An address that several of them know counts once: as the preferred one has it, or
 * the first. The lists are merged when a call next looks, not when they change.
 */
export class RegistryDirectory implements Directory {
  readonly #sources: readonly Source[];
  readonly #waiting = new Set<() => void>();
  #snapshot: Snapshot = empty;
  #isMerged = false;
  #isKnown = false;
  #isClosed = false;

  constructor(service: ServiceName, registries: readonly ResolvedRegistry[]) {
    const onUpdate = () => this.#onUpdate();
    const inOrder = [
      ...registries.filter(({ preferred }) => preferred),
      ...registries.filter(({ preferred }) => !preferred),
    ];
    this.#sources = inOrder.map((registry) => ({
      registry,
      watch: registry.discovery.watch(service, onUpdate),
      adapted: new WeakMap(),
    }));
  }

  snapshot(): Snapshot {
    if (!this.#isMerged) this.#merge();
    return this.#snapshot;
  }

  /** Whether a registry has brought an endpoint, or all have been heard. Once it is so, it stays. */
  get isKnown(): boolean {
    this.#isKnown ||=
      this.#sources.some(({ watch }) => watch.latest.endpoints.length > 0) ||
      this.#sources.every(({ watch }) => watch.latest.state !== "connecting");
    return this.#isKnown;
  }

  /** Whether this registry can be heard: it is live, or about to be, as far as is known. */
  isHeard(discovery: Discovery): boolean {
    return this.#sources.some(({ registry, watch: { latest } }) => {
      const { state, reason, endpoints } = latest;
      const isComing = state === "connecting" && reason === "" && endpoints.length > 0;
      return registry.discovery === discovery && (state === "live" || isComing);
    });
  }

  /** Calls `fire` when something is new, or it is closed. Returns how to take that back. */
  onUpdate(fire: () => void): () => void {
    this.#waiting.add(fire);
    return () => this.#waiting.delete(fire);
  }

  whyNone(): string {
    return this.#sources.map(whyNoneIn).join("; ");
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    for (const { watch } of this.#sources) watch.close();
    this.#tellWaiting();
  }

  #onUpdate(): void {
    this.#isMerged = false;
    this.#tellWaiting();
  }

  #tellWaiting(): void {
    for (const fire of [...this.#waiting]) fire();
  }

  #merge(): void {
    this.#isMerged = true;
    const endpoints = new Map<string, Endpoint>();
    for (const source of this.#sources) {
      for (const endpoint of source.watch.latest.endpoints) {
        if (!endpoints.has(endpoint.id)) endpoints.set(endpoint.id, adapt(source, endpoint));
      }
    }
    const list = [...endpoints.values()];
    const before = this.#snapshot.endpoints;
    if (list.length === before.length && list.every((one, at) => one === before[at])) return;
    this.#snapshot = Object.freeze({
      endpoints: Object.freeze(list),
      advertised: advertisedBy(list),
    });
  }
}

function adapt({ registry, adapted }: Source, endpoint: Endpoint): Endpoint {
  const { zone, weight, preferred } = registry;
  if (weight === 100 && zone === "" && !preferred) return endpoint;
  let own = adapted.get(endpoint);
  if (own === undefined) {
    own = Object.freeze({
      ...endpoint,
      weight: (endpoint.weight * weight) / 100,
      zone: endpoint.zone === "" ? zone : endpoint.zone,
      ...(preferred && { preferred }),
    });
    adapted.set(endpoint, own);
  }
  return own;
}

/** The first provider that advertises something speaks for all. */
function advertisedBy(endpoints: readonly Endpoint[]): AdvertisedOptions {
  for (const { address } of endpoints) {
    const advertised = advertisedByProvider(address);
    if (Object.keys(advertised).length > 0) return advertised;
  }
  return empty.advertised;
}

function whyNoneIn({ registry, watch }: Source): string {
  const { state, reason } = watch.latest;
  const { name } = registry.discovery;
  if (state === "live") return `registry ${name} has none`;
  const found = state === "stale" ? "knew none and is out of reach" : "has not been reached";
  return `registry ${name} ${found}${reason && `: ${reason}`}`;
}

const empty: Snapshot = Object.freeze({
  endpoints: Object.freeze([]),
  advertised: Object.freeze({}),
});
