import type { Endpoint } from "@thrice/core";

/** Endpoints that may be picked for another attempt: not tried, and not without weight. */
export function freshEndpoints(
  endpoints: readonly Endpoint[],
  tried: readonly Endpoint[],
): readonly Endpoint[] {
  const used = new Set(tried.map(({ id }) => id));
  return endpoints.filter(({ id, weight }) => weight > 0 && !used.has(id));
}
