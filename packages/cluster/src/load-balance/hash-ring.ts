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
import { mergePoints, type Points, sortPoints } from "./ring-points.js";

const ringSize = 2 ** 32;

export class HashRing {
  readonly #endpoints: readonly LiveEndpoint[];
  /** Sorted, with the position of an endpoint for each. */
  readonly #points: Points;

  /**
   * What `before`, made with as many virtual nodes, knows of the same endpoints is taken from there.
   *
   * Units: `virtualNodes` counts points per endpoint, a multiple of four.
   */
  constructor(endpoints: readonly LiveEndpoint[], virtualNodes: number, before?: HashRing) {
    this.#endpoints = endpoints;
    const known = before === undefined ? [] : before.#endpoints;
    const from = matchLists(known, endpoints);
    const added = sortPoints(pointsOf(endpoints, from, virtualNodes));
    if (before === undefined) {
      this.#points = added;
    } else {
      const to = new Int32Array(known.length).fill(-1);
      for (let at = 0; at < from.length; at++) {
        const old = from[at] as number;
        if (old >= 0) to[old] = at;
      }
      this.#points = mergePoints(before.#points, to, added);
    }
  }

  /**
   * Endpoint of a point, without those that are excluded, as long as there is another.
   *
   * Units: `point` is 32 bits, with a sign or without: a number of more than 31 bits would cost an allocation.
   */
  find(point: number, excluded: readonly Endpoint[]): LiveEndpoint | undefined {
    const { length } = this.#points.marks;
    const start = this.#ceiling(point);
    const owner = this.#ownerAt(start);
    if (excluded.length === 0 || !has(excluded, owner)) return owner;
    for (let step = 1; step < length; step++) {
      const next = this.#ownerAt(start + step < length ? start + step : start + step - length);
      if (!has(excluded, next)) return next;
    }
    return owner;
  }

  #ownerAt(at: number): LiveEndpoint | undefined {
    return this.#endpoints[this.#points.owners[at] as number];
  }

  /** Position of the first that is not below `point`; after the last comes the first. Points lie evenly, so it is near. */
  #ceiling(bits: number): number {
    const point = bits >>> 0;
    const { marks } = this.#points;
    const { length } = marks;
    const guess = Math.floor((point / ringSize) * length);
    let width = 16;
    let low = Math.max(0, guess - width);
    while (low > 0 && (marks[low - 1] as number) >= point) {
      width *= 4;
      low = Math.max(0, guess - width);
    }
    let high = Math.min(length, guess + width);
    while (high < length && (marks[high - 1] as number) < point) {
      width *= 4;
      high = Math.min(length, guess + width);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((marks[middle] as number) < point) low = middle + 1;
      else high = middle;
    }
    return low === length ? 0 : low;
  }
}

function has(excluded: readonly Endpoint[], endpoint: Endpoint | undefined): boolean {
  for (let at = 0; at < excluded.length; at++) {
    if ((excluded[at] as Endpoint).id === endpoint?.id) return true;
  }
  return false;
}

/** Points of the endpoints that have no old position. */
function pointsOf(endpoints: readonly Endpoint[], from: Int32Array, virtualNodes: number): Points {
  const md5 = new Md5();
  const { words } = md5;
  const suffixes = Array.from({ length: virtualNodes / words.length }, (_, digest) => `${digest}`);
  let added = 0;
  for (let at = 0; at < from.length; at++) if ((from[at] as number) < 0) added++;
  const marks = new Uint32Array(added * virtualNodes);
  const owners = new Uint32Array(marks.length);
  let length = 0;
  for (let at = 0; at < from.length; at++) {
    if ((from[at] as number) >= 0) continue;
    const { id } = endpoints[at] as Endpoint;
    for (const suffix of suffixes) {
      md5.begin().add(id).add(suffix).end();
      for (let word = 0; word < words.length; word++) {
        marks[length] = words[word] as number;
        owners[length++] = at;
      }
    }
  }
  return { marks, owners };
}
