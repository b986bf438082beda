import type { LiveEndpoint, LoadBalancer, Picker } from "@thrice/core";

/**
 * Picks endpoints in turn, each as often as its weight says, and the turns of a heavy one spread out: weights
 * 5, 1, 1 give a a b a c a a.
 *
 * @see nginx, smooth weighted round-robin (upstream/ngx_http_upstream_round_robin.c)
 */
export const roundRobin: LoadBalancer = {
  name: "roundRobin",
  createPicker: () => new RoundRobinPicker(),
};

class RoundRobinPicker implements Picker {
  /** How far each endpoint, by id, is owed a turn; one that sits out a pick keeps what it is owed. */
  readonly #credit = new Map<string, number>();

  pick(endpoints: readonly LiveEndpoint[]): LiveEndpoint | undefined {
    const allZero = endpoints.every((endpoint) => endpoint.weight === 0);
    let totalWeight = 0;
    let best: LiveEndpoint | undefined;
    let bestCredit = Number.NEGATIVE_INFINITY;
    for (const endpoint of endpoints) {
      const weight = allZero ? 1 : endpoint.weight;
      const credit = (this.#credit.get(endpoint.id) ?? 0) + weight;
      this.#credit.set(endpoint.id, credit);
      totalWeight += weight;
      if (credit > bestCredit && weight > 0) {
        best = endpoint;
        bestCredit = credit;
      }
    }
    if (best !== undefined) this.#credit.set(best.id, bestCredit - totalWeight);
    if (this.#credit.size > 2 * endpoints.length + spareEntries) this.#forgetAllBut(endpoints);
    return best;
  }

  #forgetAllBut(endpoints: readonly LiveEndpoint[]): void {
    const ids = new Set(endpoints.map(({ id }) => id));
    for (const id of this.#credit.keys()) if (!ids.has(id)) this.#credit.delete(id);
  }
}

/** LiveEndpoints that went away may be remembered for a while, but not without bound. */
const spareEntries = 64;
