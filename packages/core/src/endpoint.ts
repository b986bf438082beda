import type { Address } from "./address.js";

/** One address that serves a service. */
export interface Endpoint {
  /** `host:port` or `unix:path`; unique in a snapshot, the same from one snapshot to the next. */
  readonly id: string;
  readonly address: Address;
  /** Share of traffic relative to the others, 0 or more; 0 takes none. @defaultValue 100 */
  readonly weight: number;
  /** Where it runs; empty when unknown. */
  readonly zone: string;
}

/** What is known of a service at one moment. Never changes; a change makes a new one. */
export interface Snapshot {
  readonly endpoints: readonly Endpoint[];
  /** Options that the providers advertise; weaker than anything that a client sets. */
  readonly advertised: AdvertisedOptions;
}

/** Options that a provider may put behind the `?` of its address. */
export interface AdvertisedOptions {
  readonly retries?: number;
  readonly attemptTimeoutMs?: number;
}

/** The live list of endpoints of one service. */
export interface Directory {
  /** The newest snapshot. Cheap: it is read before every attempt. */
  snapshot(): Snapshot;
}
