import type { DescMethod } from "@bufbuild/protobuf";
import type { LoadBalancer, Picker } from "@thrice/core";

/** The pickers of a client: one per load balancer and method, so that methods do not disturb each other's turns. */
export class Pickers {
  readonly #byBalancer = new WeakMap<LoadBalancer, Map<DescMethod, Picker>>();

  for(balancer: LoadBalancer, method: DescMethod): Picker {
    let byMethod = this.#byBalancer.get(balancer);
    if (byMethod === undefined) {
      byMethod = new Map();
      this.#byBalancer.set(balancer, byMethod);
    }
    let picker = byMethod.get(method);
    if (picker === undefined) {
      picker = balancer.createPicker();
      byMethod.set(method, picker);
    }
    return picker;
  }
}
