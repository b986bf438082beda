import type { WeightTable } from "./weight-table.js";

/** What is known of the list before, and the position there of each of the new list, or -1. */
export interface ClassesBefore {
  readonly classes: WeightClasses;
  readonly from: Int32Array;
}

/** Which endpoints of a list weigh the same: each has the number of its class, and each class its weight. */
export class WeightClasses {
  /** Weight of each class. */
  readonly weights: number[] = [];
  /** How many there are of each class, 1 at least. */
  readonly counts: number[] = [];
  readonly #table: WeightTable;
  /** Class of each position; undefined if there is but one. */
  readonly #classes: Uint32Array | undefined;
  readonly #byWeight = new Map<number, number>();

  constructor(table: WeightTable, before?: ClassesBefore) {
    this.#table = table;
    const { length } = table.endpoints;
    if (table.isEven) {
      this.weights.push(table.weightAt(0));
      this.counts.push(length);
    } else {
      this.#classes = new Uint32Array(length);
      if (before === undefined) this.#sortOut(this.#classes);
      else this.#follow(this.#classes, before);
    }
  }

  classOf(at: number): number {
    const classes = this.#classes;
    return classes === undefined ? 0 : (classes[at] as number);
  }

  #sortOut(classes: Uint32Array): void {
    for (let at = 0; at < classes.length; at++) {
      classes[at] = this.#add(this.#find(this.#table.weightAt(at)));
    }
  }

  /** Who weighs what it weighed belongs with those it belonged with: that saves a search for each. */
  #follow(classes: Uint32Array, { classes: before, from }: ClassesBefore): void {
    const table = this.#table;
    const beforeTable = before.#table;
    /** What the classes of `before` are called here, or -1. */
    const renamed = new Int32Array(before.weights.length).fill(-1);
    for (let at = 0; at < classes.length; at++) {
      const weight = table.weightAt(at);
      const old = from[at] as number;
      const stays = old >= 0 && beforeTable.weightAt(old) === weight;
      const was = stays ? before.classOf(old) : -1;
      const known = stays ? (renamed[was] as number) : -1;
      const found = known >= 0 ? known : this.#find(weight);
      if (stays) renamed[was] = found;
      classes[at] = this.#add(found);
    }
  }

  #add(found: number): number {
    this.counts[found] = (this.counts[found] as number) + 1;
    return found;
  }

  #find(weight: number): number {
    let found = this.#byWeight.get(weight);
    if (found === undefined) {
      found = this.weights.push(weight) - 1;
      this.counts.push(0);
      this.#byWeight.set(weight, found);
    }
    return found;
  }
}
