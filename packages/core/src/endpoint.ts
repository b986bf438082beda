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
  /** Whether it comes from a registry that the client prefers. @defaultValue false */
  readonly preferred?: boolean;
}

/** An endpoint as strategies and load balancers see it: with what this client has seen of it. */
export interface LiveEndpoint extends Endpoint {
  /** The same object in every snapshot, as long as the endpoint's id is known; it changes while one looks. */
  readonly stats: EndpointStats;
}

/** What this client has seen of an endpoint. */
export interface EndpointStats {
  /** Attempts under way. */
  readonly inFlight: number;
  /**
   * Moving average of the time that attempts took, in milliseconds, that jumps up at once and comes down slowly; a
   * failure counts as a long one. NaN until one has ended.
   */
  readonly latencyMs: number;
  /** When `latencyMs` was last brought up to date, on the client's clock. */
  readonly latencyAtMs: number;
  /**
   * When the oldest attempt that is under way began, on the client's clock; `Infinity` if there is none. Where attempts
   * overlap it may be the mean of when they began.
   */
  readonly oldestStartMs: number;
  /** When this client first heard of the endpoint, on its clock; -Infinity for those it began with. */
  readonly knownSinceMs: number;
  /** How long the endpoint's weight grows from then on, in milliseconds; 0 for not at all. @defaultValue 10_000 */
  readonly slowStartMs?: number;
  /** Attempts that were answered well, and that failed through a fault of the endpoint or of the way to it. */
  readonly succeeded: number;
  readonly failed: number;
}

/** What is known of a service at one moment. Never changes; a change makes a new one. */
export interface Snapshot {
  readonly endpoints: readonly Endpoint[];
  /** Options that the providers advertise; weaker than anything that a client sets. */
  readonly advertised: AdvertisedOptions;
}

/** Options that a provider may put behind the `?` of its address. */
export interface AdvertisedOptions extends AdvertisedMethod {
  /** Those of single methods, by name in the proto or in generated code; stronger than the others. */
  readonly methods?: Readonly<Record<string, AdvertisedMethod>>;
}

/** Options that a provider advertises for a method. */
export interface AdvertisedMethod {
  readonly retries?: number;
  readonly attemptTimeoutMs?: number;
}

/** The live list of endpoints of one service. */
export interface Directory {
  /** The newest snapshot. Cheap: it is read before every attempt. */
  snapshot(): Snapshot;
  /** Why there is no endpoint, in words, if there is more to say than that. */
  whyNone?(): string | undefined;
}
