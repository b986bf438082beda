/**
 * A ring of points, each of which belongs to an endpoint; a key belongs to the first point at or behind its own. When an
 * endpoint comes or goes, only its own keys move.
 *
 * A change makes another ring, which has most of its points from the one before: points of those that came lie in a small
 * layer of their own, and points of those that went are passed by. A layer is merged into the one below it once it has
 * a quarter of its points, so that there are few of them, and most changes cost what has changed.
 *
 * Hot path: `find` allocates nothing. Measured in bench/pick.ts.
 *
 * Shape: the ring that Dubbo builds, see `pointsOf`. Of several at the same point the lowest id owns it.
 *
 * @see Dubbo, ConsistentHashLoadBalance
 */
import type { Endpoint, LiveEndpoint } from "@thrice/core";
import { matchLists } from "./match-lists.js";
import {
  mergePoints,
  orderTies,
  type Points,
  type Owners as RingOwners,
  sortPoints,
} from "./ring-points.js";
import { ceiling } from "./ring-search.js";
import { pointsOf } from "./virtual-nodes.js";

/** A layer that has less than so many times the points of the one above takes that in. */
const layerRatio = 4;

type Owners = RingOwners<LiveEndpoint>;

export class HashRing {
  readonly #endpoints: readonly LiveEndpoint[];
  /** The number of each endpoint. */
  readonly #numbers: Int32Array;
  readonly #owners: Owners;
  /** Sorted points; the largest layer first. */
  readonly #layers: readonly Points[];

  /**
   * What `before`, made with as many virtual nodes, knows of the same endpoints is taken from there.
   *
   * Units: `virtualNodes` counts points per endpoint, a multiple of four.
   */
  constructor(endpoints: readonly LiveEndpoint[], virtualNodes: number, before?: HashRing) {
    const from = matchLists(before === undefined ? [] : before.#endpoints, endpoints);
    const numbers = new Int32Array(endpoints.length);
    const added: number[] = [];
    let count = before === undefined ? 0 : before.#owners.length;
    for (let at = 0; at < numbers.length; at++) {
      const old = from[at] as number;
      numbers[at] = before === undefined || old < 0 ? count++ : (before.#numbers[old] as number);
      if (old < 0) added.push(at);
    }
    const owners = ownersFrom(endpoints, numbers, count);
    const layers = before === undefined ? [] : [...before.#layers];
    if (added.length > 0) {
      const points = sortPoints(pointsOf(endpoints, added, numbers, virtualNodes));
      orderTies(points, owners);
      layers.push(points);
    }
    // Passing by points of those that went, and keeping their numbers, must not cost more than the others do.
    const isSparse = count > 2 * endpoints.length;
    this.#endpoints = endpoints;
    this.#owners = isSparse ? endpoints : owners;
    this.#layers = isSparse ? [mergeAll(layers, owners, numbers)] : mergeSmall(layers, owners);
    this.#numbers = isSparse ? numbers.map((_, at) => at) : numbers;
  }

  /**
   * Endpoint of a point, without those that are excluded, as long as there is another.
   *
   * Units: `point` is 32 bits, with a sign or without: a number of more than 31 bits would cost an allocation.
   */
  find(point: number, excluded: readonly Endpoint[]): LiveEndpoint | undefined {
    const found = this.#nearest(point, excluded);
    return found === undefined && excluded.length > 0 ? this.#nearest(point, nobody) : found;
  }

  #nearest(point: number, excluded: readonly Endpoint[]): LiveEndpoint | undefined {
    const layers = this.#layers;
    let best: LiveEndpoint | undefined;
    let bestDistance = 0;
    for (let layer = 0; layer < layers.length; layer++) {
      const points = layers[layer] as Points;
      const at = this.#seek(points, point, excluded);
      if (at < 0) continue;
      const owner = this.#owners[points.owners[at] as number] as LiveEndpoint;
      // The way around the ring, as 32 bits whose order with a sign is that of the way.
      const distance = (((points.marks[at] as number) - point) | 0) ^ 0x80000000;
      const isNearer = best === undefined || distance < bestDistance;
      if (!isNearer && !(distance === bestDistance && owner.id < (best as Endpoint).id)) continue;
      best = owner;
      bestDistance = distance;
    }
    return best;
  }

  /** Position of the first at or behind `point` whose owner may be taken; -1 if there is none. */
  #seek({ marks, owners }: Points, point: number, excluded: readonly Endpoint[]): number {
    let at = ceiling(marks, point);
    for (let steps = marks.length; steps > 0; steps--) {
      const owner = this.#owners[owners[at] as number];
      if (owner !== undefined && (excluded.length === 0 || !has(excluded, owner))) return at;
      at = at + 1 < marks.length ? at + 1 : 0;
    }
    return -1;
  }
}

const nobody: readonly Endpoint[] = [];

function has(excluded: readonly Endpoint[], { id }: Endpoint): boolean {
  for (let at = 0; at < excluded.length; at++) {
    if ((excluded[at] as Endpoint).id === id) return true;
  }
  return false;
}

function ownersFrom(
  endpoints: readonly LiveEndpoint[],
  numbers: Int32Array,
  count: number,
): Owners {
  const owners = new Array<LiveEndpoint | undefined>(count).fill(undefined);
  for (let at = 0; at < numbers.length; at++) owners[numbers[at] as number] = endpoints[at];
  return owners;
}

/** Merges as many layers as are not much larger than the one above. */
function mergeSmall(layers: readonly Points[], owners: Owners): readonly Points[] {
  const left = [...layers];
  for (;;) {
    const [below, above] = left.slice(-2);
    if (below === undefined || above === undefined) return left;
    if (below.marks.length >= layerRatio * above.marks.length) return left;
    left.splice(-2, 2, mergePoints(below, above, owners));
  }
}

/** Merges all layers; the numbers of owners are their positions from then on. */
function mergeAll(layers: readonly Points[], owners: Owners, numbers: Int32Array): Points {
  const none: Points = { marks: new Uint32Array(0), owners: new Uint32Array(0) };
  const all = layers.reduceRight((above, below) => mergePoints(below, above, owners), none);
  const positions = new Uint32Array(owners.length);
  for (let at = 0; at < numbers.length; at++) positions[numbers[at] as number] = at;
  return { marks: all.marks, owners: all.owners.map((number) => positions[number] as number) };
}
