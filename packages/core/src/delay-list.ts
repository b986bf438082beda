import type { Timer } from "./timer.js";

/** Timers that were set with the same delay, so that the first to be set is the first to be due. */
export class DelayList {
  readonly delayMs: number;
  first: Timer | undefined = undefined;
  #last: Timer | undefined = undefined;
  /** When the list is looked at next: no later than its first timer is due. */
  dueMs: number;
  /** Order of that timer. */
  order: number;
  /** Place in the heap of lists; -1 once it is out. */
  at = -1;

  constructor(delayMs: number, dueMs: number, order: number) {
    this.delayMs = delayMs;
    this.dueMs = dueMs;
    this.order = order;
  }

  append(entry: Timer): void {
    const last = this.#last;
    this.#last = entry;
    if (last === undefined) {
      this.first = entry;
    } else {
      last.next = entry;
      entry.previous = last;
    }
  }

  remove(entry: Timer): void {
    const { previous, next } = entry;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    entry.previous = undefined;
    entry.next = undefined;
  }
}
