import { type ClusterStrategy, checkBoolean, checkKnownOptions } from "@thrice/core";
import { askEveryone, checkMaxFailedRatio, type EveryoneOptions } from "./ask-everyone.js";

export interface BroadcastOptions extends EveryoneOptions {
  /** Whether the endpoints are asked one after the other. @defaultValue false, all at once */
  readonly inTurn?: boolean;
}

/**
 * Asks every endpoint, also after one has failed, and answers with the last one's success. Fails with the last failure when
 * more than `maxFailedRatio` of them fail. For calls with one answer.
 *
 * @throws TypeError or RangeError naming the option, its bound and its value.
 */
export function broadcast(options: BroadcastOptions = {}): ClusterStrategy {
  checkKnownOptions("options of broadcast", options, new Set(["inTurn", "maxFailedRatio"]));
  const inTurn = checkBoolean("inTurn", options.inTurn ?? false);
  const maxFailedRatio = checkMaxFailedRatio(options);
  return {
    name: "broadcast",
    async run(call) {
      const everyone = await askEveryone("broadcast", call, maxFailedRatio, inTurn);
      if (!everyone.ok) return everyone;
      const [first, ...others] = everyone.answered;
      return others.at(-1) ?? first;
    },
  };
}
