import { median } from "./stats.js";

const slices = 8;
const minRatio = 0.95;

/**
 * Whether the processor time of a call has stopped falling: the median of the last eight slices is at least 95 % of that of
 * the eight before. Processor time tells better than the rate, which falls and rises with what else the machine does.
 */
export function isSteady(costs: readonly number[]): boolean {
  if (costs.length < 2 * slices) return false;
  const before = median(costs.slice(-2 * slices, -slices));
  return median(costs.slice(-slices)) >= before * minRatio;
}
