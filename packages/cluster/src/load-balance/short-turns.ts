import type { LiveEndpoint } from "@thrice/core";
import type { WeightTable } from "./weight-table.js";

/** How far an endpoint is owed a turn. */
interface Turn {
  credit: number;
}

/** Endpoints that may be remembered beyond those of the newest list, and as many again. */
const spareEntries = 64;

/**
 * Turns among a few: all are looked at for each pick. What an endpoint is owed is known by its id, so that it keeps it from
 * one list to the next, and through picks that leave it out.
 */
export class ShortTurns {
  readonly #byId = new Map<string, Turn>();
  readonly #byTable = new WeakMap<WeightTable, readonly Turn[]>();
  #table: WeightTable | undefined = undefined;
  #turns: readonly Turn[] = [];

  creditOf(id: string): number {
    return this.#byId.get(id)?.credit ?? 0;
  }

  setCredit(id: string, credit: number): void {
    this.#turnOf(id).credit = credit;
  }

  /** Whose turn it is. */
  next(table: WeightTable): LiveEndpoint | undefined {
    if (table !== this.#table) this.#take(table);
    const turns = this.#turns;
    let best = 0;
    let bestCredit = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < turns.length; at++) {
      const turn = turns[at] as Turn;
      turn.credit += table.weightAt(at);
      if (turn.credit <= bestCredit) continue;
      best = at;
      bestCredit = turn.credit;
    }
    (turns[best] as Turn).credit -= table.total;
    return table.endpoints[best];
  }

  #take(table: WeightTable): void {
    let turns = this.#byTable.get(table);
    if (turns === undefined) {
      turns = table.endpoints.map(({ id }) => this.#turnOf(id));
      this.#byTable.set(table, turns);
      if (this.#byId.size > 2 * turns.length + spareEntries) this.#forgetAllBut(table.endpoints);
    }
    this.#table = table;
    this.#turns = turns;
  }

  #turnOf(id: string): Turn {
    let turn = this.#byId.get(id);
    if (turn === undefined) {
      turn = { credit: 0 };
      this.#byId.set(id, turn);
    }
    return turn;
  }

  #forgetAllBut(endpoints: readonly LiveEndpoint[]): void {
    const ids = new Set(endpoints.map(({ id }) => id));
    for (const id of this.#byId.keys()) if (!ids.has(id)) this.#byId.delete(id);
  }
}
