/**
 * Smooth weighted round robin among many, in constant time. Endpoints of one weight come round one after the other, whoever
 * waited longest first, so only the first of each weight's queue has to be looked at. Where there are more than 64 different
 * weights, those within a factor of √2 share a queue at the highest of their weights, and the lighter ones let a turn pass
 * now and then: shares stay exact, the order nearly.
 *
 * Hot path: `next` allocates nothing. Measured in bench/pick.ts.
 */
import { matchLists } from "./match-lists.js";
import { WeightClasses } from "./weight-classes.js";
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
  readonly #classes: WeightClasses;
  /** Queue of each class of weights. */
  readonly #queueOf: readonly Queue[];
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
    const follows = before instanceof LongTurns;
    const from = follows ? matchLists(before.table.endpoints, table.endpoints) : new Int32Array();
    const known = follows ? { classes: before.#classes, from } : undefined;
    this.#classes = new WeightClasses(table, known);
    const isExact = this.#classes.weights.length <= mostExactQueues;
    this.#queueOf = queuesOf(this.#classes, isExact);
    this.#queues = [...new Set(this.#queueOf)];
    this.#shares = isExact ? undefined : new Float64Array(length);
    this.#total = this.#queues.reduce((sum, { weight, members }) => {
      return sum + weight * members.length;
    }, 0);
    this.#credits = new Float64Array(length);
    this.#line(follows ? this.#follow(before, from) : this.#takeOver(before));
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
    return at < 0 ? 0 : this.#creditAt(at);
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

  /** Puts each into its queue. `order` has all positions in the order of their turns, whatever their weights. */
  #line(order: Uint32Array): void {
    const [first] = this.#queues;
    if (this.#queues.length === 1 && first !== undefined) {
      first.members.set(order);
      return;
    }
    for (let at = 0; at < order.length; at++) {
      const member = order[at] as number;
      const queue = this.#queueAt(member);
      queue.members[queue.head++] = member;
    }
    for (const queue of this.#queues) queue.head = 0;
  }

  #takeOver(before: Credits): Uint32Array {
    const credits = this.#credits;
    const { endpoints } = this.table;
    const total = this.#total;
    endpoints.forEach(({ id }, at) => {
      credits[at] = clamp(before.creditOf(id), total);
    });
    const order = Uint32Array.from(endpoints, (_, at) => at);
    return order.sort((a, b) => (credits[b] as number) - (credits[a] as number) || a - b);
  }

  /** Those who stay keep their order. Who is new is owed nothing, and comes behind those who are owed something. */
  #follow(before: LongTurns, from: Int32Array): Uint32Array {
    const order = new Uint32Array(from.length);
    const behind = new Uint32Array(from.length);
    let [owed, owing] = [0, 0];
    const stayed = before.#inOrder(from);
    for (let place = 0; place < stayed.length; place++) {
      const at = stayed[place] as number;
      const credit = before.#creditAt(from[at] as number);
      this.#credits[at] = clamp(credit, this.#total);
      if (credit >= 0) order[owed++] = at;
      else behind[owing++] = at;
    }
    for (let at = 0; at < from.length; at++) if ((from[at] as number) < 0) order[owed++] = at;
    order.set(behind.subarray(0, owing), owed);
    return order;
  }

  /** New positions of those who stay, in the order of their turns. `from` has the position here of each. */
  #inOrder(from: Int32Array): Uint32Array {
    const to = new Int32Array(this.#credits.length).fill(-1);
    for (let at = 0; at < from.length; at++) {
      const old = from[at] as number;
      if (old >= 0) to[old] = at;
    }
    const order = new Uint32Array(to.length);
    let length = 0;
    for (const { members, head } of this.#queues) {
      for (let step = 0; step < members.length; step++) {
        const turn = head + step < members.length ? head + step : head + step - members.length;
        const at = to[members[turn] as number] as number;
        if (at >= 0) order[length++] = at;
      }
    }
    return order.subarray(0, length);
  }

  #queueAt(at: number): Queue {
    return this.#queueOf[this.#classes.classOf(at)] as Queue;
  }

  #creditAt(at: number): number {
    return (this.#credits[at] as number) + this.#queueAt(at).weight * this.#picks;
  }
}

const almostOne = 1 - 1e-9;

/** What a list of other weights has left behind may be out of all proportion. */
function clamp(credit: number, total: number): number {
  return Math.max(-total, Math.min(credit, total));
}

/** A queue for each class of weights; several classes may share one, unless it is to be exact. */
function queuesOf({ weights, counts }: WeightClasses, isExact: boolean): Queue[] {
  const queueWeights = isExact ? weights : weights.map(nextStep);
  const lengths = new Map<number, number>();
  for (const [index, weight] of queueWeights.entries()) {
    lengths.set(weight, (lengths.get(weight) ?? 0) + (counts[index] as number));
  }
  const queues = new Map<number, Queue>();
  for (const [weight, length] of lengths) {
    queues.set(weight, { weight, members: new Uint32Array(length), head: 0 });
  }
  return queueWeights.map((weight) => queues.get(weight) as Queue);
}

/** The lowest power of √2 that is not below `weight`. */
function nextStep(weight: number): number {
  return Math.max(weight, 2 ** (Math.ceil(2 * Math.log2(weight)) / 2));
}
