import type { LiveEndpoint, LoadBalancer, PickContext, Picker } from "@thrice/core";
import { LongTurns } from "./long-turns.js";
import { ShortTurns } from "./short-turns.js";
import type { WeightTable } from "./weight-table.js";
import { WeightTables } from "./weight-tables.js";

/**
 * Picks endpoints in turn, each as often as its weight says, and the turns of a heavy one spread out: weights
 * 5, 1, 1 give a a b a c a a. Constant time: a list of more than 64 is kept in queues, one per weight.
 *
 * @see nginx, smooth weighted round-robin (upstream/ngx_http_upstream_round_robin.c)
 */
export const roundRobin: LoadBalancer = {
  name: "roundRobin",
  createPicker: () => new RoundRobinPicker(),
};

/** Longest list that is looked through at each pick. */
const shortLength = 64;

class RoundRobinPicker implements Picker {
  readonly #tables = new WeightTables();
  readonly #short = new ShortTurns();
  readonly #longs = new WeakMap<WeightTable, LongTurns>();
  #long: LongTurns | undefined = undefined;

  pick(endpoints: readonly LiveEndpoint[], context: PickContext): LiveEndpoint | undefined {
    const table = this.#tables.for(endpoints, context);
    if (table.endpoints.length <= shortLength) {
      if (this.#long !== undefined) this.#becomeShort(table, this.#long);
      return this.#short.next(table);
    }
    const long = this.#long?.table === table ? this.#long : this.#longFor(table);
    return table.endpoints[long.next()];
  }

  #longFor(table: WeightTable): LongTurns {
    let long = this.#longs.get(table);
    if (long === undefined) {
      const credits = this.#long ?? { creditOf: (id: string) => this.#short.creditOf(id) };
      long = new LongTurns(table, credits);
      this.#longs.set(table, long);
    }
    this.#long = long;
    return long;
  }

  #becomeShort(table: WeightTable, long: LongTurns): void {
    for (const { id } of table.endpoints) this.#short.setCredit(id, long.creditOf(id));
    this.#long = undefined;
  }
}
