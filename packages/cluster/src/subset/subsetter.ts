import type { Endpoint } from "@thrice/core";
import { rendezvousSubset } from "./rendezvous-subset.js";
import { ringSubset } from "./ring-subset.js";
import type { ResolvedSubset } from "./subset-options.js";

/** Cuts long lists down to the part that this client uses; the same list for the same list. */
export class Subsetter {
  readonly #options: ResolvedSubset;
  readonly #random: () => number;
  /** Tells this client from others. */
  #seed: number | undefined;
  readonly #kept = new WeakMap<readonly Endpoint[], readonly Endpoint[]>();
  /** Subsets of late; one that comes out the same again is the same object. */
  #recent: readonly (readonly Endpoint[])[] = [];

  /** `random` is drawn from once, when a list is first cut. */
  constructor(options: ResolvedSubset, random: () => number) {
    this.#options = options;
    this.#random = random;
  }

  /** Whether a list is long enough to be cut. */
  cuts(endpoints: readonly Endpoint[]): boolean {
    return endpoints.length >= this.#options.from;
  }

  /** The list itself if it is short. */
  cut<E extends Endpoint>(endpoints: readonly E[]): readonly E[] {
    if (!this.cuts(endpoints)) return endpoints;
    const kept = this.#kept.get(endpoints) as readonly E[] | undefined;
    if (kept !== undefined) return kept;
    const subset = this.#sameAsBefore(this.#cutNew(endpoints));
    this.#kept.set(endpoints, subset);
    return subset as readonly E[];
  }

  #sameAsBefore(subset: readonly Endpoint[]): readonly Endpoint[] {
    const same = this.#recent.find((one) => isSame(one, subset));
    if (same !== undefined) return same;
    this.#recent = [subset, ...this.#recent.slice(0, maxRecent - 1)];
    return subset;
  }

  #cutNew<E extends Endpoint>(endpoints: readonly E[]): readonly E[] {
    const { size, place } = this.#options;
    if (place !== undefined) return ringSubset(endpoints, size, place);
    this.#seed ??= Math.floor(this.#random() * 2 ** 32);
    return rendezvousSubset(endpoints, size, this.#seed);
  }
}

/** Lists that routers have left are few. */
const maxRecent = 8;

function isSame(left: readonly Endpoint[], right: readonly Endpoint[]): boolean {
  return left.length === right.length && left.every((endpoint, at) => endpoint === right[at]);
}
