/**
 * Smooth weighted round robin among many, in constant time. Endpoints of one weight come round one after the other, whoever
 * waited longest first, so only the first of each weight's queue has to be looked at. Where there are more than 64 different
 * weights, those within a factor of √2 share a queue at the highest of their weights, and the lighter ones let a turn pass
 * now and then: shares stay exact, the order nearly.
 *
 * Hot path: `next` allocates nothing. Measured in bench/pick.ts.
 */
import { matchLists } from "./match-lists.js";
import type { WeightTable } from "./weight-table.js";

/** Different weights up to which each has a queue of its own. */
const mostExactQueues = 64;
/** Picks after which sums begin again from 0, before they grow so large that they lose digits. */
const rebaseAfter = 1_000_000;

/** Endpoints that take turns as if all had the same weight. */
interface Queue {
  readonly weight: number;
  /** Positions of endpoints in the order of their turns, which begins at `head` and goes round. */
  readonly members: Uint32Array;
  head: number;
}

/** What endpoints are owed, by id; or turns that go before. */
export type Credits = LongTurns | { creditOf(id: string): number };

export class LongTurns {
  readonly table: WeightTable;
  readonly #queues: readonly Queue[];
  readonly #total: number;
  /** What each is owed, without what all have earned in `#picks` picks. */
  readonly #credits: Float64Array;
  /** What each has passed of its turns, as shares of one; undefined when every weight has its queue. */
  readonly #shares: Float64Array | undefined;
  #picks = 0;
  /** Weight of the queue that had the last turn. */
  #turnWeight = 0;

  constructor(table: WeightTable, before: Credits) {
    this.table = table;
    const { length } = table.endpoints;
    const nominal = nominalWeights(table);
    this.#shares = nominal.isExact ? undefined : new Float64Array(length);
    this.#total = nominal.weights.reduce((sum, weight) => sum + weight, 0);
    this.#credits = new Float64Array(length);
    this.#queues = queuesOf(nominal.weights, this.#takeOver(before));
  }

  /** Position of the endpoint whose turn it is. */
  next(): number {
    for (;;) {
      const member = this.#nextTurn();
      const shares = this.#shares;
      if (shares === undefined) return member;
      const weight = this.#turnWeight;
      const share = (shares[member] as number) + this.table.weightAt(member) / weight;
      // Sums of fractions end a little short of 1.
      shares[member] = share >= almostOne ? share - 1 : share;
      if (share >= almostOne) return member;
    }
  }

  /** What the endpoint with this id is owed; 0 if it is not known. */
  creditOf(id: string): number {
    const at = this.table.endpoints.findIndex((endpoint) => endpoint.id === id);
    const queue = this.#queues.find(({ members }) => members.includes(at));
    return queue === undefined ? 0 : (this.#credits[at] as number) + queue.weight * this.#picks;
  }

  #nextTurn(): number {
    if (++this.#picks > rebaseAfter) this.#rebase();
    const queues = this.#queues;
    const credits = this.#credits;
    let best = queues[0] as Queue;
    let bestMember = best.members[best.head] as number;
    let bestCredit = (credits[bestMember] as number) + best.weight * this.#picks;
    for (let at = 1; at < queues.length; at++) {
      const queue = queues[at] as Queue;
      const member = queue.members[queue.head] as number;
      const credit = (credits[member] as number) + queue.weight * this.#picks;
      const isFirst = credit > bestCredit || (credit === bestCredit && member < bestMember);
      if (!isFirst) continue;
      best = queue;
      bestMember = member;
      bestCredit = credit;
    }
    credits[bestMember] = (credits[bestMember] as number) - this.#total;
    best.head = best.head + 1 === best.members.length ? 0 : best.head + 1;
    this.#turnWeight = best.weight;
    return bestMember;
  }

  #rebase(): void {
    const earned = this.#picks - 1;
    for (const { members, weight } of this.#queues) {
      for (const at of members) {
        this.#credits[at] = (this.#credits[at] as number) + weight * earned;
      }
    }
    this.#picks = 1;
  }

  /** Takes over what is known of the endpoints; gives positions in the order of their turns, whatever their weights. */
  #takeOver(before: Credits): Uint32Array {
    const credits = this.#credits;
    const { endpoints } = this.table;
    if (before instanceof LongTurns) return this.#follow(before);
    const total = this.#total;
    endpoints.forEach(({ id }, at) => {
      credits[at] = clamp(before.creditOf(id), total);
    });
    const order = Uint32Array.from(endpoints, (_, at) => at);
    return order.sort((a, b) => (credits[b] as number) - (credits[a] as number) || a - b);
  }

  /** Those who stay keep their order. Who is new is owed nothing, and comes behind those who are owed something. */
  #follow(before: LongTurns): Uint32Array {
    const { endpoints } = this.table;
    const from = matchLists(before.table.endpoints, endpoints);
    const to = new Int32Array(before.table.endpoints.length).fill(-1);
    from.forEach((old, at) => {
      if (old >= 0) to[old] = at;
    });
    const order = new Uint32Array(endpoints.length);
    let end = 0;
    const owing: number[] = [];
    before.#eachInOrder((old, credit) => {
      const at = to[old] as number;
      if (at < 0) return;
      this.#credits[at] = clamp(credit, this.#total);
      if (credit >= 0) order[end++] = at;
      else owing.push(at);
    });
    from.forEach((old, at) => {
      if (old < 0) order[end++] = at;
    });
    order.set(owing, end);
    return order;
  }

  #eachInOrder(visit: (at: number, credit: number) => void): void {
    for (const { members, head, weight } of this.#queues) {
      for (let step = 0; step < members.length; step++) {
        const at = members[(head + step) % members.length] as number;
        visit(at, (this.#credits[at] as number) + weight * this.#picks);
      }
    }
  }
}

const almostOne = 1 - 1e-9;

/** What a list of other weights has left behind may be out of all proportion. */
function clamp(credit: number, total: number): number {
  return Math.max(-total, Math.min(credit, total));
}

function nominalWeights(table: WeightTable): { weights: Float64Array; isExact: boolean } {
  const weights = Float64Array.from(table.endpoints, (_, at) => table.weightAt(at));
  if (table.isEven || new Set(weights).size <= mostExactQueues) return { weights, isExact: true };
  return { weights: weights.map(nextStep), isExact: false };
}

/** The lowest power of √2 that is not below `weight`. */
function nextStep(weight: number): number {
  return Math.max(weight, 2 ** (Math.ceil(2 * Math.log2(weight)) / 2));
}

function queuesOf(weights: Float64Array, order: Uint32Array): Queue[] {
  const sizes = new Map<number, number>();
  for (const weight of weights) sizes.set(weight, (sizes.get(weight) ?? 0) + 1);
  const byWeight = new Map<number, Queue>();
  for (const [weight, size] of sizes) {
    byWeight.set(weight, { weight, members: new Uint32Array(size), head: 0 });
  }
  for (const at of order) {
    const queue = byWeight.get(weights[at] as number) as Queue;
    queue.members[queue.head++] = at;
  }
  for (const queue of byWeight.values()) queue.head = 0;
  return [...byWeight.values()];
}
