import { type Endpoint, endpointFromProvider } from "@thrice/core";
import { portsOf } from "./instance-metadata.js";
import type { ServiceInfo } from "./metadata-info.js";
import type { ServiceInstance } from "./service-instance.js";

/** What an instance says of itself, and not of its services. Of the others it is the newer. */
const ownParams = ["dubbo.tag", "environment", "timestamp", "zone"];

/** The endpoints of one service of an instance, or why it has none. */
export type InstanceEndpoints =
  | { readonly ok: true; readonly endpoints: readonly Endpoint[] }
  | { readonly ok: false; readonly reason: string };

/** Makes endpoints of an instance and what its application says of a service. */
export function endpointsOf(instance: ServiceInstance, service: ServiceInfo): InstanceEndpoints {
  const { host, metadata } = instance;
  const params: Record<string, string> = { ...service.params, ...sharedParams(instance, service) };
  for (const name of ownParams) {
    const value = metadata[name];
    if (value !== undefined) params[name] = value;
  }
  if (metadata.weight !== undefined) params.weight ??= metadata.weight;
  const endpoints: Endpoint[] = [];
  for (const port of portsOf(instance)) {
    const made = endpointFromProvider({ host: host.replace(/^\[|\]$/g, ""), port, params });
    if (!made.ok) return made;
    endpoints.push(made.endpoint);
  }
  return { ok: true, endpoints };
}

/** What an entry of the interface has too: an endpoint looks the same whichever way it was found. */
function sharedParams({ application }: ServiceInstance, { name, group, version }: ServiceInfo) {
  return {
    application,
    interface: name,
    ...(group !== "" && { group }),
    ...(version !== "" && { version }),
    category: "providers",
    dubbo: "2.0.2",
    side: "provider",
  };
}
