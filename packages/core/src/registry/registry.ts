/**
 * Where endpoints come from while a program runs. An engine such as etcd implements `Registry`; what can only be looked up,
 * such as DNS or a file, implements `Discovery`.
 */
import type { DescService } from "@bufbuild/protobuf";
import type { TcpAddress } from "../address.js";
import type { Endpoint } from "../endpoint.js";
import type { ServiceKeyOptions } from "../service-key.js";

/** What a provider is found by. Group and version are empty when there is none. */
export interface ServiceName {
  /** Full name of the interface, such as `greet.GreetService`. */
  readonly service: string;
  readonly group: string;
  readonly version: string;
}

/** One service at one address, as its provider publishes it. */
export interface Provider extends ServiceName {
  /** Where it listens; the parameters are what it says about itself, such as `weight` and `zone`. */
  readonly address: TcpAddress;
  /** Names of its methods, as the proto has them. */
  readonly methods: readonly string[];
}

/** Finds the endpoints of services, and goes on telling how they change. */
export interface Discovery {
  /** Names it in logs and errors. */
  readonly name: string;
  /**
   * Follows the providers of a service. Returns at once; the first update comes later, and none comes after `close`.
   * `onUpdate` hears many changes in a short time as one, and must not throw.
   */
  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch;
  /** The rules of routing that the engine keeps. @defaultValue it keeps none */
  readonly rules?: RuleSource;
  /** Ends every watch and lets go of the engine. Safe to call again. Never rejects. */
  close(): Promise<void>;
}

/** Rules of routing in an engine, for whoever wants to follow them. */
export interface RuleSource {
  /** Name of the application that asks, which rules may be about; empty if it has none. */
  readonly application: string;
  /**
   * Follows the text of a rule, such as `shop.tag-router`. `onRule` hears it once it was read, and whenever it has changed;
   * undefined while there is none. Returns at once. Nothing is heard while the engine is away.
   */
  follow(key: string, onRule: (text: string | undefined) => void): { close(): void };
}

/** A service that a registry needs its servers to have. */
export interface RegistryService extends ServiceKeyOptions {
  readonly service: DescService;
  /** What answers it, as for any service. */
  readonly handler: object;
}

/** An engine in which providers can publish themselves. */
export interface Registry extends Discovery {
  /**
   * Services that servers serve beside their own when they publish themselves here, such as one that consumers ask what else
   * there is. They are not published, and have no interceptors. @defaultValue none
   */
  readonly services?: readonly RegistryService[];
  /**
   * Publishes a provider, and keeps it published until it is withdrawn: a lost lease is taken anew. Returns at once, also
   * while the engine is away. An entry of a process that has died leaves by itself.
   */
  register(provider: Provider): ProviderLease;
}

/**
 * How good what is known is: `connecting`, nothing has been heard yet; `live`, changes are heard as they happen; `stale`, what
 * is known was true when the engine was last heard.
 */
export type RegistryState = "connecting" | "live" | "stale";

/** What is known of a service, and what has changed since the update before. Never changes itself. */
export interface ServiceUpdate {
  readonly state: RegistryState;
  /** Why it is not live, in words; empty when it is. */
  readonly reason: string;
  /** Each address once. Those that stay keep their order. */
  readonly endpoints: readonly Endpoint[];
  readonly added: readonly Endpoint[];
  /** Those that stay with another weight, zone or parameter, as they are now. */
  readonly changed: readonly Endpoint[];
  readonly removed: readonly Endpoint[];
}

/** A watch that is open. */
export interface ServiceWatch {
  /** The newest update; the first one is `connecting` and empty. */
  readonly latest: ServiceUpdate;
  /** Ends it. Safe to call again. */
  close(): void;
}

/** A provider that is published, or will be as soon as the engine can be reached. */
export interface ProviderLease {
  /** Resolves once the engine has the entry for the first time, or it was withdrawn before. Never rejects. */
  readonly published: Promise<void>;
  /** Takes the entry back. Resolves when it is gone, or the engine cannot be told in time. Safe to call again. Never rejects. */
  withdraw(): Promise<void>;
}
