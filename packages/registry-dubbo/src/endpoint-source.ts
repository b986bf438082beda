import type { Endpoint, RegistryState, ServiceName } from "@thrice/core";

/** One of the ways in which the providers of an interface are known. */
export interface EndpointSource {
  readonly state: RegistryState;
  /** Why it is not live, in words; empty when it is. */
  readonly reason: string;
  /** The endpoints of a service, each under a key of the engine's. */
  entriesOf(service: ServiceName): Iterable<readonly [string, Endpoint]>;
  close(): void;
}

/** The state of several things together: stale if one is, else connecting if one is, else live. */
export function stateOf(
  parts: readonly { readonly state: RegistryState; readonly reason: string }[],
): { readonly state: RegistryState; readonly reason: string } {
  return (
    parts.find(({ state }) => state === "stale") ??
    parts.find(({ state, reason }) => state === "connecting" && reason !== "") ??
    parts.find(({ state }) => state === "connecting") ?? { state: "live", reason: "" }
  );
}
