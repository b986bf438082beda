import type { LiveEndpoint, LoadBalancer, PickContext, Picker } from "@thrice/core";
import { WeightTables } from "./weight-tables.js";

/** Picks an endpoint with a chance proportional to its weight, in constant time. */
export const random: LoadBalancer = {
  name: "random",
  createPicker: () => new RandomPicker(),
};

class RandomPicker implements Picker {
  readonly #tables = new WeightTables();

  pick(endpoints: readonly LiveEndpoint[], context: PickContext): LiveEndpoint | undefined {
    const table = this.#tables.for(endpoints, context);
    return table.endpoints[table.draw(context.random)];
  }
}
