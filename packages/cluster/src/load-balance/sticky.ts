import {
  checkShape,
  type LiveEndpoint,
  type LoadBalancer,
  type PickContext,
  type Picker,
} from "@thrice/core";
import { peakEwma } from "./peak-ewma.js";

/**
 * Keeps the calls of a method on one endpoint, which `balancer` chooses, by default `peakEwma`, and chooses again when that one leaves, is ejected,
 * has its weight set to 0, or an attempt on it fails through a fault of its own.
 *
 * @throws TypeError if `balancer` is none.
 */
export function sticky(balancer: LoadBalancer = peakEwma): LoadBalancer {
  checkShape("balancer", balancer, "a load balancer", ["createPicker"]);
  return {
    name: `sticky(${balancer.name})`,
    createPicker: () => new StickyPicker(balancer.createPicker()),
  };
}

class StickyPicker implements Picker {
  readonly heedsExcluded: boolean;
  readonly #inner: Picker;
  /** Where calls go, and its failures when they began to go there. */
  #slot: LiveEndpoint | undefined;
  #failedBefore = 0;
  /** The list in which the slot was last looked for. */
  #seen: readonly LiveEndpoint[] | undefined;

  constructor(inner: Picker) {
    this.#inner = inner;
    this.heedsExcluded = inner.heedsExcluded === true;
  }

  pick(endpoints: readonly LiveEndpoint[], context: PickContext): LiveEndpoint | undefined {
    const slot = this.#slot;
    if (slot !== undefined && slot.stats.failed === this.#failedBefore) {
      // The second of several attempts at once goes elsewhere, and later calls come back.
      if (isExcluded(slot, context)) return this.#inner.pick(endpoints, context);
      if (this.#isIn(endpoints, slot)) return this.#slot;
    }
    const chosen = this.#inner.pick(endpoints, context);
    const keeps = chosen !== undefined && !isExcluded(chosen, context);
    this.#slot = keeps ? chosen : undefined;
    this.#seen = endpoints;
    this.#failedBefore = chosen?.stats.failed ?? 0;
    return chosen;
  }

  /** A list never changes, so that one look at it is enough. */
  #isIn(endpoints: readonly LiveEndpoint[], { id }: LiveEndpoint): boolean {
    if (endpoints === this.#seen) return true;
    const found = endpoints.find((endpoint) => endpoint.id === id);
    if (found === undefined || found.weight === 0) return false;
    this.#slot = found;
    this.#seen = endpoints;
    return true;
  }
}

function isExcluded({ id }: LiveEndpoint, { excluded }: PickContext): boolean {
  return excluded.length > 0 && excluded.some((endpoint) => endpoint.id === id);
}
