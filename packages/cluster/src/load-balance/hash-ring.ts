/**
 * A ring of points, each of which belongs to an endpoint; a key belongs to the first point at or behind its own. When an
 * endpoint comes or goes, only its own keys move.
 *
 * Hot path: `find` allocates nothing. Measured in bench/pick.ts.
 *
 * Shape: the ring that Dubbo builds: the MD5 of `host:port` and a number from 0 gives four points, its words.
 *
 * @see Dubbo, ConsistentHashLoadBalance
 */
import type { Endpoint, LiveEndpoint } from "@thrice/core";
import { matchLists } from "./match-lists.js";
import { Md5 } from "./md5.js";

const pointsPerDigest = 4;
/** Points and positions of endpoints share a number: 32 bits for the one, 21 for the other. */
const ownerLimit = 2 ** 21;
const ringSize = 2 ** 32;

export class HashRing<E extends Endpoint = LiveEndpoint> {
  readonly #endpoints: readonly E[];
  /** Sorted; a point times `ownerLimit`, and the position of its endpoint. */
  readonly #points: Float64Array;

  /**
   * What `before`, made with as many virtual nodes, knows of the same endpoints is taken from there.
   *
   * Units: `virtualNodes` counts points per endpoint, a multiple of four.
   */
  constructor(endpoints: readonly E[], virtualNodes: number, before?: HashRing<E>) {
    this.#endpoints = endpoints;
    const known = before === undefined ? [] : before.#endpoints;
    const from = matchLists(known, endpoints);
    const added = pointsOf(endpoints, from, virtualNodes);
    this.#points = before === undefined ? added : merge(before.#moved(from), added);
  }

  /** Endpoint of the point, 0 to 2³² − 1, without those that are excluded, as long as there is another. */
  find(point: number, excluded: readonly Endpoint[]): E | undefined {
    const { length } = this.#points;
    const start = this.#ceiling(point * ownerLimit);
    const owner = this.#ownerAt(start);
    if (excluded.length === 0 || !has(excluded, owner)) return owner;
    for (let step = 1; step < length; step++) {
      const next = this.#ownerAt(start + step < length ? start + step : start + step - length);
      if (!has(excluded, next)) return next;
    }
    return owner;
  }

  #ownerAt(at: number): E | undefined {
    return this.#endpoints[ownerOf(this.#points[at] as number)];
  }

  /** Position of the first that is not below `mark`; after the last comes the first. Points lie evenly, so it is near. */
  #ceiling(mark: number): number {
    const points = this.#points;
    const { length } = points;
    const guess = Math.floor((mark / (ringSize * ownerLimit)) * length);
    let width = 16;
    let low = Math.max(0, guess - width);
    while (low > 0 && (points[low - 1] as number) >= mark) {
      width *= 4;
      low = Math.max(0, guess - width);
    }
    let high = Math.min(length, guess + width);
    while (high < length && (points[high - 1] as number) < mark) {
      width *= 4;
      high = Math.min(length, guess + width);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((points[middle] as number) < mark) low = middle + 1;
      else high = middle;
    }
    return low === length ? 0 : low;
  }

  /** Points of the endpoints that stayed, under their new positions. `from` has the old position of each. */
  #moved(from: Int32Array): Float64Array {
    const to = new Int32Array(this.#endpoints.length).fill(-1);
    from.forEach((old, at) => {
      if (old >= 0) to[old] = at;
    });
    const kept = new Float64Array(this.#points.length);
    let length = 0;
    for (const point of this.#points) {
      const owner = ownerOf(point);
      const at = to[owner] as number;
      if (at >= 0) kept[length++] = point - owner + at;
    }
    return kept.subarray(0, length);
  }
}

/** The remainder, which the operator would take ten times as long for. */
function ownerOf(point: number): number {
  return point - Math.floor(point / ownerLimit) * ownerLimit;
}

function has(excluded: readonly Endpoint[], endpoint: Endpoint | undefined): boolean {
  for (let at = 0; at < excluded.length; at++) {
    if ((excluded[at] as Endpoint).id === endpoint?.id) return true;
  }
  return false;
}

/** Points, sorted, of the endpoints that have no old position. */
function pointsOf(endpoints: readonly Endpoint[], from: Int32Array, virtualNodes: number) {
  const md5 = new Md5();
  const count = from.reduce((sum, old) => (old < 0 ? sum + 1 : sum), 0);
  const points = new Float64Array(count * virtualNodes);
  let length = 0;
  endpoints.forEach(({ id }, at) => {
    if ((from[at] as number) >= 0) return;
    for (let digest = 0; digest < virtualNodes / pointsPerDigest; digest++) {
      for (const word of md5.begin().add(id).add(`${digest}`).end().words) {
        points[length++] = (word >>> 0) * ownerLimit + at;
      }
    }
  });
  return points.sort();
}

function merge(left: Float64Array, right: Float64Array): Float64Array {
  if (right.length === 0) return left.slice();
  const merged = new Float64Array(left.length + right.length);
  let [ofLeft, ofRight] = [0, 0];
  for (let at = 0; at < merged.length; at++) {
    const takesLeft =
      ofRight === right.length ||
      (ofLeft < left.length && (left[ofLeft] as number) <= (right[ofRight] as number));
    merged[at] = (takesLeft ? left[ofLeft++] : right[ofRight++]) as number;
  }
  return merged;
}
