import type { Endpoint } from "@thrice/core";
import { stableHash, stableHashBound } from "./stable-hash.js";

/**
 * The `size` endpoints whose ids have the highest hashes under the client's seed, in the order of the list. Each client draws
 * its own, without knowing of others; a change of one endpoint changes one entry at most. Those of weight 0 come last, and
 * an id that stands twice counts once.
 *
 * @see gRPC A68, random subsetting by rendezvous hashing
 */
export function rendezvousSubset<E extends Endpoint>(
  endpoints: readonly E[],
  size: number,
  seed: number,
): readonly E[] {
  const best = new TopEndpoints(size);
  for (let at = 0; at < endpoints.length; at++) {
    const { id, weight } = endpoints[at] as E;
    if (stableHashBound(id, seed) <= best.lowest) continue;
    const hash = stableHash(id, seed);
    best.offer(id, weight > 0 ? hash : hash - 1, at);
  }
  return best.positions().map((at) => endpoints[at] as E);
}

/** The highest scores so far, sorted from the lowest of them. Few are ever inserted: most stay below the lowest. */
class TopEndpoints {
  readonly #size: number;
  readonly #scores: number[] = [];
  readonly #ids: string[] = [];
  readonly #at: number[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** What a score must be above to count. */
  get lowest(): number {
    return this.#scores.length < this.#size
      ? Number.NEGATIVE_INFINITY
      : (this.#scores[0] as number);
  }

  offer(id: string, score: number, at: number): void {
    const isFull = this.#scores.length === this.#size;
    if (isFull && score <= (this.#scores[0] as number)) return;
    const place = this.#placeFor(score);
    for (let same = place; this.#scores[same] === score; same++) {
      if (this.#ids[same] === id) return;
    }
    this.#scores.splice(place, 0, score);
    this.#ids.splice(place, 0, id);
    this.#at.splice(place, 0, at);
    if (!isFull) return;
    this.#scores.shift();
    this.#ids.shift();
    this.#at.shift();
  }

  positions(): readonly number[] {
    return this.#at.toSorted((a, b) => a - b);
  }

  /** Of the first score that is not lower. */
  #placeFor(score: number): number {
    let low = 0;
    let high = this.#scores.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#scores[middle] as number) < score) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
