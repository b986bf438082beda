import type { LiveEndpoint } from "@thrice/core";
import { rendezvousSubset } from "./rendezvous-subset.js";
import { ringSubset } from "./ring-subset.js";
import type { ResolvedSubset } from "./subset-options.js";

/** Cuts long lists down to the part that this client uses; the same list for the same list. */
export class Subsetter {
  readonly #options: ResolvedSubset;
  readonly #seed: number;
  readonly #kept = new WeakMap<readonly LiveEndpoint[], readonly LiveEndpoint[]>();
  /** Subsets of late; one that comes out the same again is the same object. */
  #recent: readonly (readonly LiveEndpoint[])[] = [];

  /** `random` is drawn from once, for what tells this client from others. */
  constructor(options: ResolvedSubset, random: () => number) {
    this.#options = options;
    this.#seed = Math.floor(random() * 2 ** 32);
  }

  /** The list itself if it is short. */
  cut<E extends LiveEndpoint>(endpoints: readonly E[]): readonly E[] {
    if (endpoints.length < this.#options.from) return endpoints;
    const kept = this.#kept.get(endpoints) as readonly E[] | undefined;
    if (kept !== undefined) return kept;
    const subset = this.#sameAsBefore(this.#cutNew(endpoints));
    this.#kept.set(endpoints, subset);
    return subset as readonly E[];
  }

  #sameAsBefore(subset: readonly LiveEndpoint[]): readonly LiveEndpoint[] {
    const same = this.#recent.find((one) => isSame(one, subset));
    if (same !== undefined) return same;
    this.#recent = [subset, ...this.#recent.slice(0, maxRecent - 1)];
    return subset;
  }

  #cutNew<E extends LiveEndpoint>(endpoints: readonly E[]): readonly E[] {
    const { size, place } = this.#options;
    if (place !== undefined) return ringSubset(endpoints, size, place);
    return rendezvousSubset(endpoints, size, this.#seed);
  }
}

/** Lists that routers have left are few. */
const maxRecent = 8;

function isSame(left: readonly LiveEndpoint[], right: readonly LiveEndpoint[]): boolean {
  return left.length === right.length && left.every((endpoint, at) => endpoint === right[at]);
}
