import type { Endpoint } from "@thrice/core";
import { stableHash } from "./stable-hash.js";

/** Where a client stands among those that call the same endpoints. */
export interface RingPlace {
  /** 0 for the first one. */
  readonly index: number;
  readonly count: number;
}

/**
 * The client's arc of a ring on which the endpoints lie side by side, in an order that is the same for all clients. Arcs begin
 * at even distances and are all as long, a whole number of those distances, so that each point lies in the same number
 * of arcs and every endpoint gets the same load. One that lies in the arc with a part of its length has that part of its
 * weight.
 *
 * An arc has at least `size` endpoints, and at least so many that the clients together reach each one.
 *
 * @see Finagle, deterministic aperture
 */
export function ringSubset<E extends Endpoint>(
  endpoints: readonly E[],
  size: number,
  { index, count }: RingPlace,
): readonly E[] {
  const ring = inRingOrder(endpoints);
  const length = ring.length;
  const steps = Math.min(count, Math.ceil((size * count) / length - rounding));
  if (steps === count) return ring;
  // In units of endpoints: endpoint i lies from i to i + 1.
  const begin = (index * length) / count;
  const end = begin + (steps * length) / count;
  // A long arc may end in the endpoint that it began in.
  const parts = new Map<number, number>();
  for (let at = Math.floor(begin + rounding); at < end - rounding; at++) {
    const part = Math.min(end, at + 1) - Math.max(begin, at);
    parts.set(at % length, (parts.get(at % length) ?? 0) + part);
  }
  return [...parts].map(([at, part]) => {
    const endpoint = ring[at] as E;
    return part > 1 - rounding ? endpoint : withWeight(endpoint, endpoint.weight * part);
  });
}

/** What sums of fractions may be off by. */
const rounding = 1e-9;

function withWeight<E extends Endpoint>(endpoint: E, weight: number): E {
  return Object.freeze({ ...endpoint, weight });
}

/** Sorted by a hash, so that neighbours on the ring are not neighbours in a rack. An id that stands twice counts once. */
function inRingOrder<E extends Endpoint>(endpoints: readonly E[]): readonly E[] {
  const placed = endpoints.map((endpoint) => ({ endpoint, hash: stableHash(endpoint.id, 0) }));
  placed.sort((a, b) => a.hash - b.hash || (a.endpoint.id < b.endpoint.id ? -1 : 1));
  return placed
    .filter(({ endpoint }, at) => endpoint.id !== placed[at - 1]?.endpoint.id)
    .map(({ endpoint }) => endpoint);
}
