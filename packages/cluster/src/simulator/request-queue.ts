import type { ServedRequest } from "./served-request.js";

/** Requests in the order in which they came. Any of them may leave; to take the first costs the same however many there were. */
export class RequestQueue {
  /** Those that have left stand here until their turn comes. */
  #order: ServedRequest[] = [];
  #head = 0;
  readonly #waiting = new Set<ServedRequest>();

  get size(): number {
    return this.#waiting.size;
  }

  add(request: ServedRequest): void {
    this.#order.push(request);
    this.#waiting.add(request);
  }

  delete(request: ServedRequest): void {
    this.#waiting.delete(request);
  }

  /** Takes out the first one; undefined if there is none. */
  take(): ServedRequest | undefined {
    while (this.#head < this.#order.length) {
      const request = this.#order[this.#head++] as ServedRequest;
      if (this.#head > 1_000 && 2 * this.#head > this.#order.length) this.#shrink();
      if (this.#waiting.delete(request)) return request;
    }
    this.clear();
    return undefined;
  }

  clear(): void {
    this.#order = [];
    this.#head = 0;
    this.#waiting.clear();
  }

  #shrink(): void {
    this.#order = this.#order.slice(this.#head);
    this.#head = 0;
  }
}
