import type { LiveEndpoint } from "@thrice/core";
import { endpoint } from "./call-bench.js";

/** Endpoints `10.0.0.0:80` and up. */
export function manyEndpoints(count: number): readonly LiveEndpoint[] {
  return Array.from({ length: count }, (_, i) =>
    endpoint(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:80`),
  );
}

/** What all endpoints get when each client sends the same load, divided by weight among its subset. */
export interface SubsetLoad {
  /** Standard deviation of the load over its mean. */
  readonly deviation: number;
  /** The highest load over the mean. */
  readonly highest: number;
  readonly connections: number;
}

export function loadOf(
  endpoints: readonly LiveEndpoint[],
  subsets: readonly (readonly LiveEndpoint[])[],
): SubsetLoad {
  const loads = new Map(endpoints.map(({ id }) => [id, 0]));
  for (const subset of subsets) {
    const total = subset.reduce((sum, { weight }) => sum + weight, 0);
    for (const { id, weight } of subset) loads.set(id, (loads.get(id) as number) + weight / total);
  }
  const mean = subsets.length / endpoints.length;
  const squares = [...loads.values()].reduce((sum, load) => sum + (load - mean) ** 2, 0);
  return {
    deviation: Math.sqrt(squares / endpoints.length) / mean,
    highest: Math.max(...loads.values()) / mean,
    connections: subsets.reduce((sum, subset) => sum + subset.length, 0),
  };
}
