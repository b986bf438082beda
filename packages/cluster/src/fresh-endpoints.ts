import type { Endpoint } from "@thrice/core";

/** Endpoints that may be picked for another attempt: not tried, and not without weight. */
export function freshEndpoints<E extends Endpoint>(
  endpoints: readonly E[],
  tried: readonly Endpoint[],
): readonly E[] {
  const used = new Set(tried.map(({ id }) => id));
  return endpoints.filter(({ id, weight }) => weight > 0 && !used.has(id));
}
