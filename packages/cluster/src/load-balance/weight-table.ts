/**
 * What weights make of a list of endpoints at one moment, worked out once, so that a pick in proportion to weight takes
 * constant time.
 *
 * Hot path: `draw` allocates nothing. Measured in bench/pick.ts.
 */
import type { LiveEndpoint } from "@thrice/core";
import { AliasTable } from "./alias-table.js";
import { ListStats } from "./list-stats.js";
import { warmth } from "./warm-up.js";

/** Lists up to this length are walked through; a table would not be quicker. */
const walkedLength = 16;

/** Weights of a list. An endpoint of weight 0 is left out, unless all are of weight 0, which then weigh the same. */
export class WeightTable {
  /** Those that may be picked. */
  readonly endpoints: readonly LiveEndpoint[];
  /** Sum of their weights. */
  readonly total: number;
  /** Until when the weights hold, on the client's clock, in milliseconds; `Infinity` when none is warming up. */
  readonly validUntilMs: number;
  /** Weight of each; undefined when all weigh the same. */
  readonly #weights: Float64Array | undefined;
  #alias: AliasTable | undefined = undefined;
  #stats: ListStats | undefined = undefined;

  constructor(list: readonly LiveEndpoint[], nowMs: number, unixMs: () => number) {
    const weighed = weigh(list, nowMs, unixMs);
    this.endpoints = weighed.endpoints;
    this.total = weighed.total;
    this.#weights = weighed.isEven ? undefined : weighed.weights;
    const stepMs = Math.max(shortestStepMs, list.length * stepPerEndpointMs);
    this.validUntilMs = weighed.isWarming ? nowMs + stepMs : Number.POSITIVE_INFINITY;
  }

  /** What is known of them, by position. */
  get stats(): ListStats {
    this.#stats ??= new ListStats(this.endpoints);
    return this.#stats;
  }

  /** Whether all weigh the same. */
  get isEven(): boolean {
    return this.#weights === undefined;
  }

  /** Weight of the endpoint at position `index` of `endpoints`. */
  weightAt(index: number): number {
    const weights = this.#weights;
    return weights === undefined ? this.total / this.endpoints.length : (weights[index] as number);
  }

  /** Weight of the endpoint at position `index` as a multiple of the mean. */
  relativeWeightAt(index: number): number {
    const weights = this.#weights;
    if (weights === undefined) return 1;
    return ((weights[index] as number) * weights.length) / this.total;
  }

  /** Position of an endpoint, with a chance proportional to its weight. Draws once. */
  draw(random: () => number): number {
    const weights = this.#weights;
    if (weights === undefined) {
      const last = this.endpoints.length - 1;
      return Math.min(Math.floor(random() * (last + 1)), last);
    }
    if (weights.length <= walkedLength) return walk(weights, random() * this.total);
    this.#alias ??= new AliasTable(weights, this.total);
    return this.#alias.draw(random());
  }
}

/** Time for which weights that grow are taken as they were, in milliseconds: a hundredth of the usual slow start. */
const shortestStepMs = 100;
/** What each endpoint of a list adds to that, so that working it out anew takes less than a hundredth of the time. */
const stepPerEndpointMs = 0.01;

function walk(weights: Float64Array, mark: number): number {
  const last = weights.length - 1;
  let left = mark;
  for (let at = 0; at < last; at++) {
    const weight = weights[at] as number;
    if (left < weight) return at;
    left -= weight;
  }
  return last;
}

interface Weighed {
  readonly endpoints: readonly LiveEndpoint[];
  readonly weights: Float64Array;
  readonly total: number;
  readonly isEven: boolean;
  readonly isWarming: boolean;
}

function weigh(list: readonly LiveEndpoint[], nowMs: number, unixMs: () => number): Weighed {
  const weights = new Float64Array(list.length);
  const dayMs = unixMs();
  let [total, positive, isEven, isWarming] = [0, 0, true, false];
  for (let at = 0; at < list.length; at++) {
    const endpoint = list[at] as LiveEndpoint;
    const share = warmth(endpoint, nowMs, dayMs);
    const weight = endpoint.weight * share;
    if (share < 1) isWarming = true;
    if (!(weight > 0)) continue;
    if (positive > 0 && weight !== weights[0]) isEven = false;
    weights[positive++] = weight;
    total += weight;
  }
  if (positive === 0) {
    return { endpoints: list, weights, total: list.length, isEven: true, isWarming: false };
  }
  const endpoints = positive === list.length ? list : list.filter(({ weight }) => weight > 0);
  return { endpoints, weights: weights.subarray(0, positive), total, isEven, isWarming };
}
