import { type ClusterStrategy, checkKnownOptions, checkWholeNumber } from "@thrice/core";
import { pickDistinct, sendToAll, whenSucceeded } from "./fan-out.js";

export interface ForkingOptions {
  /** Endpoints that are asked at once, 1 to 1 000; fewer if there are fewer. @defaultValue 2 */
  readonly forks?: number;
}

/**
 * Asks several endpoints at once and answers with the first success; the others are cancelled. Fails when all have failed.
 * Every call costs as much as `forks` calls, and no budget bounds that.
 *
 * @throws TypeError or RangeError naming the option, its bound and its value.
 */
export function forking(options: ForkingOptions = {}): ClusterStrategy {
  checkKnownOptions("options of forking", options, new Set(["forks"]));
  const forks = checkWholeNumber("forks", options.forks ?? 2, 1, 1_000);
  return {
    name: "forking",
    async run(call) {
      const endpoints = pickDistinct(call, forks);
      if (endpoints.length === 0) return call.attempt(undefined);
      return whenSucceeded(sendToAll(call, endpoints), 1);
    },
  };
}
