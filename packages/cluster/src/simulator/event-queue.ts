/** Something that is to happen at a moment of virtual time. */
export interface SimulatedEvent {
  readonly dueMs: number;
  /** Undefined once it has been undone. */
  fire: (() => void) | undefined;
}

interface Entry extends SimulatedEvent {
  /** Position among all that were ever added, so that those of one moment come in the order in which they were added. */
  readonly order: number;
}

/** Events by when they are due, as a binary heap. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #added = 0;

  add(dueMs: number, fire: () => void): SimulatedEvent {
    const entry: Entry = { dueMs, fire, order: this.#added++ };
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    return entry;
  }

  /** When the next event is due that was not undone; undefined if there is none. */
  nextMs(): number | undefined {
    this.#dropUndone();
    return this.#heap[0]?.dueMs;
  }

  /** Takes out the next event that was not undone. */
  take(): SimulatedEvent | undefined {
    this.#dropUndone();
    return this.#takeFirst();
  }

  #dropUndone(): void {
    while (this.#heap.length > 0 && this.#heap[0]?.fire === undefined) this.#takeFirst();
  }

  #takeFirst(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length > 0 && last !== undefined) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(at: number): void {
    const heap = this.#heap;
    const entry = heap[at] as Entry;
    let child = at;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[child] = heap[parent] as Entry;
      child = parent;
    }
    heap[child] = entry;
  }

  #sink(): void {
    const heap = this.#heap;
    const entry = heap[0] as Entry;
    let parent = 0;
    for (let child = 1; child < heap.length; child = 2 * parent + 1) {
      const other = child + 1;
      if (other < heap.length && isBefore(heap[other] as Entry, heap[child] as Entry))
        child = other;
      if (!isBefore(heap[child] as Entry, entry)) break;
      heap[parent] = heap[child] as Entry;
      parent = child;
    }
    heap[parent] = entry;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}
