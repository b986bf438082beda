import {
  type ClusterStrategy,
  checkKnownOptions,
  checkNumber,
  checkWholeNumber,
  maxTimerMs,
} from "@thrice/core";
import { failover } from "./failover.js";
import { HedgePlan } from "./hedge-plan.js";

export interface HedgedOptions {
  /**
   * How long an attempt may take before another one is sent, in milliseconds, from 1 on. Beside `share`, what holds until
   * enough is known of the method.
   */
  readonly delayMs?: number;
  /**
   * Share of the calls that may be hedged, above 0 and up to 1: an attempt may take as long as the others of this method did,
   * as recent times tell. @defaultValue 0.05, unless `delayMs` is set
   */
  readonly share?: number;
  /** Hedges of one call at most, 1 to 100. @defaultValue 1 */
  readonly maxHedges?: number;
}

/**
 * Fails over as `failover` does, and beside that sends the request to another endpoint when an attempt takes long; the first
 * success wins. Only for calls that may be repeated; others are not hedged. Hedges are paid for by the budget: when it is
 * empty, they come later.
 *
 * @throws TypeError or RangeError naming the option, its bound and its value.
 */
export function hedged(options: HedgedOptions = {}): ClusterStrategy {
  checkKnownOptions("options of hedged", options, new Set(["delayMs", "share", "maxHedges"]));
  const { delayMs, share = delayMs === undefined ? 0.05 : undefined, maxHedges = 1 } = options;
  if (delayMs !== undefined) checkNumber("delayMs", delayMs, 1, maxTimerMs);
  if (share !== undefined) checkNumber("share", share, 0.0001, 1);
  checkWholeNumber("maxHedges", maxHedges, 1, 100);
  return {
    name: "hedged",
    run(call) {
      if (!call.isRepeatable) return failover.run(call);
      const delay = () => {
        const learnedMs = share === undefined ? undefined : call.latencyQuantileMs(1 - share);
        return learnedMs === undefined ? delayMs : Math.max(1, learnedMs);
      };
      return new HedgePlan(call, delay, maxHedges).run();
    },
  };
}
