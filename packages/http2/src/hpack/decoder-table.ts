import type { HeaderField } from "./header-field.js";
import { firstDynamicIndex, staticTable } from "./static-table.js";

/**
 * Dynamic table of a decoder: newest entry first, oldest evicted when the size limit is passed.
 *
 * Shape: a ring of entries that doubles as it fills; an empty table holds no memory.
 * @see RFC 7541 sections 2.3.2 and 4
 */
export class DecoderTable {
  /** Changes whenever an index may mean another entry than before. */
  generation = 0;
  sizeBytes = 0;
  #maxBytes: number;
  #ring: (HeaderField | undefined)[] = [];
  #newest = 0;
  #count = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** Entry at `index` of the common index space, or `undefined` if there is none. */
  at(index: number): HeaderField | undefined {
    if (index < firstDynamicIndex) return staticTable[index - 1];
    const age = index - firstDynamicIndex;
    if (age >= this.#count) return undefined;
    return this.#ring[(this.#newest - age) & (this.#ring.length - 1)];
  }

  /** Adds `field` as the newest entry; one larger than the whole table empties it. */
  insert(field: HeaderField): void {
    this.generation++;
    this.#evictTo(this.#maxBytes - field.sizeBytes);
    if (field.sizeBytes > this.#maxBytes) return;
    if (this.#count === this.#ring.length) this.#grow();
    this.#newest = (this.#newest + 1) & (this.#ring.length - 1);
    this.#ring[this.#newest] = field;
    this.#count++;
    this.sizeBytes += field.sizeBytes;
  }

  /** Sets the size limit and evicts what no longer fits. */
  resize(maxBytes: number): void {
    this.generation++;
    this.#maxBytes = maxBytes;
    this.#evictTo(maxBytes);
  }

  #evictTo(limitBytes: number): void {
    while (this.#count > 0 && this.sizeBytes > limitBytes) {
      const oldest = (this.#newest - this.#count + 1) & (this.#ring.length - 1);
      this.sizeBytes -= this.#ring[oldest]?.sizeBytes ?? 0;
      this.#ring[oldest] = undefined;
      this.#count--;
    }
  }

  #grow(): void {
    const kept: (HeaderField | undefined)[] = [];
    for (let age = this.#count - 1; age >= 0; age--) kept.push(this.at(firstDynamicIndex + age));
    this.#newest = kept.length - 1;
    const size = Math.max(8, kept.length * 2);
    while (kept.length < size) kept.push(undefined);
    if (this.#newest < 0) this.#newest = size - 1;
    this.#ring = kept;
  }
}
