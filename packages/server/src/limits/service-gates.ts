import type { DescService } from "@bufbuild/protobuf";
import type { LoadLimitOptions } from "@thrice/core";
import type { CallGate } from "@thrice/protocol";
import type { LimitScope } from "./limit-scope.js";
import type { LoadLimiter } from "./load-limiter.js";

/** The gates of a service's methods, by local name, without those that nothing limits; undefined if nothing limits any. */
export function serviceGates(
  limiter: LoadLimiter,
  service: DescService,
  limits: LoadLimitOptions,
  methodLimits: ReadonlyMap<string, LoadLimitOptions>,
): ReadonlyMap<string, CallGate> | undefined {
  const ofService = limiter.scope(service.typeName, limits);
  const gates = new Map<string, CallGate>();
  for (const method of service.methods) {
    const name = `${service.typeName}/${method.name}`;
    const ofMethod = limiter.scope(name, methodLimits.get(method.localName) ?? {});
    const inner = [ofService, ofMethod].filter((one): one is LimitScope => one !== undefined);
    const gate = limiter.gate(method, inner);
    if (gate !== undefined) gates.set(method.localName, gate);
  }
  return gates.size === 0 ? undefined : gates;
}
