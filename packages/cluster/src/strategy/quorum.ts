import { type ClusterStrategy, checkWholeNumber } from "@thrice/core";
import { pickDistinct, sendToAll, whenSucceeded } from "./fan-out.js";
import { refusal, refuseStream } from "./refusal.js";

/**
 * Asks `width` endpoints at once, or all if there are fewer, and answers with the first success as soon as `k` of them have
 * succeeded; the others are cancelled. Fails as soon as `k` can no longer succeed. For calls with one answer.
 *
 * @throws RangeError naming the argument, its bound and its value.
 */
export function quorum(k: number, width: number): ClusterStrategy {
  checkWholeNumber("k", k, 1, 1_000);
  checkWholeNumber("width", width, k, 1_000);
  return {
    name: "quorum",
    async run(call) {
      const refused = refuseStream("quorum", call);
      if (refused !== undefined) return refused;
      const endpoints = pickDistinct(call, width);
      if (endpoints.length >= k) return whenSucceeded(sendToAll(call, endpoints), k);
      const { typeName } = call.method.parent;
      return refusal(`quorum needs ${k} endpoints of ${typeName}, there are ${endpoints.length}`);
    },
  };
}
