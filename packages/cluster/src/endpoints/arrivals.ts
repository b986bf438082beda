import type { Endpoint } from "@thrice/core";

/** When endpoints came that are not tracked yet; of those that a client began with nothing is kept. */
export class Arrivals {
  readonly #sinceMs = new Map<string, number>();

  /** Takes note of a change. Those in `tracked` have statistics, which know it themselves. */
  note(
    before: readonly Endpoint[],
    after: readonly Endpoint[],
    nowMs: number,
    tracked: ReadonlyMap<string, unknown>,
  ): void {
    const moved = new Set<string>();
    for (let at = 0; at < before.length; at++) {
      if (before[at] !== after[at]) moved.add((before[at] as Endpoint).id);
    }
    for (let at = 0; at < after.length; at++) {
      const { id } = after[at] as Endpoint;
      if (before[at] === after[at] || moved.delete(id) || tracked.has(id)) continue;
      if (!this.#sinceMs.has(id)) this.#sinceMs.set(id, nowMs);
    }
    for (const id of moved) this.#sinceMs.delete(id);
  }

  /** When it came, on the client's clock, in milliseconds; -Infinity if it was there from the start. Asked once. */
  take(id: string): number {
    const sinceMs = this.#sinceMs.get(id) ?? Number.NEGATIVE_INFINITY;
    this.#sinceMs.delete(id);
    return sinceMs;
  }
}
