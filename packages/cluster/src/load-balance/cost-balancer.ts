import {
  checkFunction,
  checkKnownOptions,
  checkWholeNumber,
  type LoadBalancer,
  show,
} from "@thrice/core";
import { type Cost, CostPicker } from "./cost-picker.js";

/** How many endpoints a pick compares. */
export interface CostOptions {
  /**
   * Endpoints that are drawn from a long list, 2 to 10. @defaultValue 2, and 3 from 16 endpoints on: a third trims the
   * slowest calls and costs next to nothing, but needs others to choose from; and up to three more while the cheapest of
   * them is busy with attempts of this client
   */
  readonly choices?: number | undefined;
  /**
   * Longest list of which all are compared, 0 to 1 000. @defaultValue 0, as many clients that all find the same endpoint
   * the best send it more than it can take
   */
  readonly exactUpTo?: number | undefined;
}

const optionNames = new Set(["choices", "exactUpTo"]);

/**
 * Makes a load balancer that sends calls where one more costs least. Weight is heeded without any help of yours.
 *
 * @example
 * ```ts
 * const calm = costBalancer("calm", ({ endpoint, load }) => load + endpoint.stats.failed);
 * newClient({ url, loadBalance: calm });
 * ```
 * @throws TypeError or RangeError naming field, bound and value of what is wrong.
 */
export function costBalancer(name: string, cost: Cost, options: CostOptions = {}): LoadBalancer {
  if (typeof name !== "string" || name === "") {
    throw new TypeError(`name must be a text that is not empty, got ${show(name)}`);
  }
  checkFunction("cost", cost);
  checkKnownOptions("options of costBalancer", options, optionNames);
  const { choices, exactUpTo = 0 } = options;
  const rules = {
    choices: choices === undefined ? undefined : checkWholeNumber("choices", choices, 2, 10),
    exactUpTo: checkWholeNumber("exactUpTo", exactUpTo, 0, 1_000),
  };
  return { name, createPicker: () => new CostPicker(cost, rules) };
}
