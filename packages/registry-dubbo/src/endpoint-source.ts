import type { Endpoint, RegistryState, ServiceName } from "@thrice/core";

/** Takes an endpoint. A function and no list, as lists may have ten thousand. */
export type AddEndpoint = (key: string, endpoint: Endpoint) => void;

/** One of the ways in which the providers of an interface are known. */
export interface EndpointSource {
  readonly state: RegistryState;
  /** Why it is not live, in words; empty when it is. */
  readonly reason: string;
  /** Hands over the endpoints of a service, each under a key of the engine's. */
  addTo(add: AddEndpoint, service: ServiceName): void;
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
