/**
 * Any number of timers on one timer of the process.
 *
 * Hot path: a call sets a timer or two, nearly always with the same delay, and undoes them soon after. Measured
 * (bench/timers.ts): a timer of Node's costs several times as much. Here it is a place in the list of its delay. The
 * lists lie in a heap by the time they are to be looked at; that is touched when a list begins or comes to be due.
 */
import type { CancelTimer } from "./clock.js";
import { DelayList } from "./delay-list.js";
import { FunctionTimer, type Timer } from "./timer.js";

/** The timer of the process. */
export interface Driver {
  nowMs(): number;
  /** Calls `fire` in `delayMs` milliseconds; takes back what was armed before. */
  arm(delayMs: number): void;
  /** Whether what is armed keeps the process alive. */
  hold(holds: boolean): void;
}

/** Lists without a timer that are kept for the next one of their delay. */
const maxEmptyLists = 32;

/** Timers on one driver. */
export class Timers {
  readonly #driver: Driver;
  readonly #byDelay = new Map<number, DelayList>();
  readonly #heap: DelayList[] = [];
  #size = 0;
  #emptyLists = 0;
  #orders = 0;
  #armedForMs = Number.POSITIVE_INFINITY;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Timers that are set and have not fired. */
  get size(): number {
    return this.#size;
  }

  /** Lists that are kept, one for each delay. */
  get lists(): number {
    return this.#heap.length;
  }

  /** Runs `fire` once after `delayMs` milliseconds, unless undone before. */
  set(delayMs: number, fire: () => void): CancelTimer {
    const timer = new FunctionTimer(fire);
    this.start(timer, delayMs);
    return () => this.stop(timer);
  }

  /** Fires `timer` once after `delayMs` milliseconds, unless it is stopped before. It must not run already. */
  start(timer: Timer, delayMs: number, sinceMs = this.#driver.nowMs()): void {
    const order = this.#orders++;
    if (this.#size++ === 0) this.#driver.hold(true);
    let list = this.#byDelay.get(delayMs);
    if (list === undefined) list = this.#newList(delayMs, sinceMs + delayMs, order);
    else if (list.first === undefined) this.#emptyLists--;
    timer.list = list;
    timer.startedMs = sinceMs;
    timer.order = order;
    list.append(timer);
  }

  /** Takes `timer` back; does nothing once it has fired or was stopped. */
  stop(timer: Timer): void {
    const { list } = timer;
    if (list === undefined) return;
    timer.list = undefined;
    list.remove(timer);
    if (list.first === undefined) {
      if (this.#emptyLists < maxEmptyLists) this.#emptyLists++;
      else this.#drop(list);
    }
    if (--this.#size === 0) this.#driver.hold(false);
  }

  /** Fires what is due. Called by the driver. */
  fire(): void {
    this.#armedForMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#driver.nowMs();
    // What a callback sets waits for the next turn, however short its delay.
    const end = this.#orders;
    try {
      for (let due = this.#nextDue(nowMs, end); due; due = this.#nextDue(nowMs, end)) {
        this.stop(due);
        due.fire();
      }
    } finally {
      const first = this.#heap[0];
      if (first !== undefined) this.#armFor(first.dueMs);
    }
  }

  #newList(delayMs: number, dueMs: number, order: number): DelayList {
    const list = new DelayList(delayMs, dueMs, order);
    this.#byDelay.set(delayMs, list);
    list.at = this.#heap.length;
    this.#heap.push(list);
    this.#rise(list);
    this.#armFor(dueMs);
    return list;
  }

  /** The first of the timers set before number `end` that is due; lists that come up too early are put off. */
  #nextDue(nowMs: number, end: number): Timer | undefined {
    for (let list = this.#heap[0]; list !== undefined; list = this.#heap[0]) {
      if (list.dueMs > nowMs) return undefined;
      const { first } = list;
      if (first === undefined) {
        this.#emptyLists--;
        this.#drop(list);
      } else if (list.order === first.order) {
        return first.order < end ? first : undefined;
      } else {
        list.dueMs = first.startedMs + list.delayMs;
        list.order = first.order;
        this.#sink(list);
      }
    }
    return undefined;
  }

  #armFor(dueMs: number): void {
    if (dueMs >= this.#armedForMs) return;
    this.#armedForMs = dueMs;
    this.#driver.arm(Math.max(0, dueMs - this.#driver.nowMs()));
  }

  #drop(list: DelayList): void {
    this.#byDelay.delete(list.delayMs);
    const last = this.#heap.pop() as DelayList;
    if (last === list) return;
    this.#place(last, list.at);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(list: DelayList): void {
    let { at } = list;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above] as DelayList;
      if (!isBefore(list, parent)) break;
      this.#place(parent, at);
      at = above;
    }
    this.#place(list, at);
  }

  #sink(list: DelayList): void {
    const heap = this.#heap;
    let { at } = list;
    for (let below = 2 * at + 1; below < heap.length; below = 2 * at + 1) {
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, heap[below] as DelayList)) below++;
      const child = heap[below] as DelayList;
      if (!isBefore(child, list)) break;
      this.#place(child, at);
      at = below;
    }
    this.#place(list, at);
  }

  #place(list: DelayList, at: number): void {
    this.#heap[at] = list;
    list.at = at;
  }
}

function isBefore(one: DelayList, other: DelayList): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}
