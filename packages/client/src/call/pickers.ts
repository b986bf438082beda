import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { describeThrown } from "@thrice/cluster";
import { checkShape, type LoadBalancer, type Picker } from "@thrice/core";

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
      picker = createPicker(balancer);
      byMethod.set(method, picker);
    }
    return picker;
  }
}

/** @throws ConnectError naming the balancer, if it throws or makes something else than a picker. */
function createPicker(balancer: LoadBalancer): Picker {
  try {
    return checkShape("its picker", balancer.createPicker(), "a picker", ["pick"]);
  } catch (cause) {
    const text = `load balancer ${balancer.name} makes no picker: ${describeThrown(cause)}`;
    throw new ConnectError(text, Code.Internal, undefined, undefined, cause);
  }
}
