/**
 * Picks where one more call costs least. Of a long list a few are drawn and compared: two are nearly as good as all, and,
 * unlike all, do not send every client to the same endpoint at once. A client whose own attempts are under way even at the
 * cheapest of them compares more: it is a good part of their load itself, and its own attempts are what it knows best.
 *
 * Weights act in three ways. Each attempt under way counts by the weight of its endpoint, whatever the list. Of a long list a
 * heavy endpoint is drawn more often. Of a short one, where nearly all are drawn, chance decides between all, in proportion to
 * weight by the cube of the cost: equal costs share by weight, and who costs ten times as much gets a thousandth.
 *
 * Hot path: allocates nothing. Measured in bench/pick.ts.
 *
 * @see M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001
 */
import type { LiveEndpoint, PickContext, Picker, WeighedEndpoint } from "@thrice/core";
import { type Candidate, UsualLatency, WeighedCandidate } from "./candidate.js";
import type { WeightTable } from "./weight-table.js";
import { WeightTables } from "./weight-tables.js";

/** What one more call to a candidate costs; the lowest is picked. What is no number counts as the highest. */
export type Cost = (candidate: Candidate) => number;

/** How many a picker compares. */
export interface CostRules {
  /**
   * Endpoints drawn from a list that is longer than `exactUpTo`; undefined for 2, and 3 from 16 endpoints on, and up to three
   * more while the cheapest of them is busy with attempts of this client.
   */
  readonly choices: number | undefined;
  /** Longest list of which all are compared. */
  readonly exactUpTo: number;
}

/** Longest list of different weights in which chance decides between all. */
const lotteryLength = 8;
/** Length from which three choices are drawn instead of two. */
const threeChoicesFrom = 16;
/** Choices drawn beyond those while the cheapest is busy with attempts of this client. */
const choicesWhileBusy = 3;
/** Draws that may hit the same endpoint before a choice is given up. */
const maxDraws = 4;

export class CostPicker implements Picker {
  readonly #cost: Cost;
  readonly #rules: CostRules;
  readonly #tables: WeightTables;
  readonly #usual = new UsualLatency();
  readonly #candidate = new WeighedCandidate(this.#usual);

  constructor(cost: Cost, rules: CostRules, tables = new WeightTables()) {
    this.#cost = cost;
    this.#rules = rules;
    this.#tables = tables;
  }

  pick(endpoints: readonly LiveEndpoint[], context: PickContext): LiveEndpoint | undefined {
    const table = this.#tables.for(endpoints, context);
    const { length } = table.endpoints;
    if (length === 1) return table.endpoints[0];
    const candidate = this.#candidate;
    candidate.begin(table, context.nowMs());
    const first = table.draw(context.random);
    candidate.become(first);
    this.#usual.note(candidate.notedMs);
    return table.endpoints[this.#choose(table, first, context.random)];
  }

  explain(endpoints: readonly LiveEndpoint[], context: PickContext): readonly WeighedEndpoint[] {
    const weighed: WeighedEndpoint[] = [];
    const cost: Cost = (candidate) => {
      const own = this.#cost(candidate);
      weighed.push({ endpoint: candidate.endpoint.id, cost: own });
      return own;
    };
    const twin = new CostPicker(cost, this.#rules, this.#tables);
    twin.#usual.copy(this.#usual);
    twin.pick(endpoints, context);
    return weighed;
  }

  #choose(table: WeightTable, first: number, random: () => number): number {
    const { length } = table.endpoints;
    const { exactUpTo, choices } = this.#rules;
    if (length <= exactUpTo) return this.#leastOfAll(table, first);
    if (!table.isEven && length <= lotteryLength) return this.#drawByCost(table, first, random);
    if (choices !== undefined) return this.#leastOf(choices, choices, table, first, random);
    const least = length < threeChoicesFrom ? 2 : 3;
    return this.#leastOf(least, Math.min(least + choicesWhileBusy, length), table, first, random);
  }

  /** Begins at one that was drawn by weight, which is picked if all cost the same. */
  #leastOfAll(table: WeightTable, first: number): number {
    const { length } = table.endpoints;
    let best = first;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let step = 0; step < length; step++) {
      const at = first + step < length ? first + step : first + step - length;
      const cost = this.#costOf(at);
      if (!(cost < bestCost)) continue;
      best = at;
      bestCost = cost;
    }
    return best;
  }

  #leastOf(
    choices: number,
    choicesIfBusy: number,
    table: WeightTable,
    first: number,
    random: () => number,
  ): number {
    let best = first;
    let bestCost = Number.POSITIVE_INFINITY;
    let isBusy = true;
    for (let choice = 0; choice < choices || (isBusy && choice < choicesIfBusy); choice++) {
      const at = choice === 0 ? first : drawOther(table, first, random);
      const cost = this.#costOf(at);
      if (!(cost < bestCost)) continue;
      best = at;
      bestCost = cost;
      isBusy = this.#candidate.isBusy;
    }
    return best;
  }

  /** The first of several waits that end at random: each is the shorter on average the more weight and the less cost. */
  #drawByCost(table: WeightTable, first: number, random: () => number): number {
    let best = first;
    let bestWait = Number.POSITIVE_INFINITY;
    for (let at = 0; at < table.endpoints.length; at++) {
      const cost = this.#costOf(at);
      const wait = (-Math.log(1 - random()) * cost * cost * cost) / table.weightAt(at);
      if (!(wait < bestWait)) continue;
      best = at;
      bestWait = wait;
    }
    return best;
  }

  #costOf(at: number): number {
    const candidate = this.#candidate;
    candidate.become(at);
    const cost = this.#cost(candidate);
    return cost >= 0 || cost < 0 ? cost : Number.POSITIVE_INFINITY;
  }
}

/** Position of another than `first`; with different weights, sometimes the same: then it carries most of the weight. */
function drawOther(table: WeightTable, first: number, random: () => number): number {
  const { length } = table.endpoints;
  if (table.isEven) {
    const at = first + 1 + Math.min(Math.floor(random() * (length - 1)), length - 2);
    return at < length ? at : at - length;
  }
  let at = first;
  for (let draw = 0; at === first && draw < maxDraws; draw++) at = table.draw(random);
  return at;
}
