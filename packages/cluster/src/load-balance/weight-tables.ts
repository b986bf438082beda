import type { LiveEndpoint, PickContext } from "@thrice/core";
import { WeightTable } from "./weight-table.js";

/**
 * The weights of the lists that one picker is shown: each is worked out once, and anew while one of its endpoints is warming
 * up. Lists are known by identity, and forgotten with them.
 */
export class WeightTables {
  readonly #unixMs: () => number;
  readonly #byList = new WeakMap<readonly LiveEndpoint[], WeightTable>();
  #list: readonly LiveEndpoint[] | undefined = undefined;
  #table: WeightTable | undefined = undefined;

  /** `unixMs` tells the time of the day, in milliseconds since 1970, as providers do. */
  constructor(unixMs: () => number = Date.now) {
    this.#unixMs = unixMs;
  }

  /** Weights of `endpoints`: the same table as long as they hold. */
  for(endpoints: readonly LiveEndpoint[], context: PickContext): WeightTable {
    const table = endpoints === this.#list ? this.#table : this.#byList.get(endpoints);
    if (table === undefined) return this.#keep(endpoints, context);
    const { validUntilMs } = table;
    if (validUntilMs !== Number.POSITIVE_INFINITY && context.nowMs() >= validUntilMs) {
      return this.#keep(endpoints, context);
    }
    this.#list = endpoints;
    this.#table = table;
    return table;
  }

  #keep(endpoints: readonly LiveEndpoint[], context: PickContext): WeightTable {
    const table = new WeightTable(endpoints, context.nowMs(), this.#unixMs);
    this.#byList.set(endpoints, table);
    this.#list = endpoints;
    this.#table = table;
    return table;
  }
}
