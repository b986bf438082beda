/**
 * What an encoder may refer to: the static table and its own dynamic one, searched by name and value with one look-up each.
 */
import { entryOverheadBytes } from "./header-field.js";
import { firstDynamicIndex, staticTable } from "./static-table.js";

/** Where a name occurs in a table, and with which values. */
interface NameSlot {
  /** Serial number (dynamic) or index (static) of an entry with this name; the newest in the dynamic table. */
  any: number;
  readonly byValue: Map<string, number>;
}

interface Entry {
  readonly name: string;
  readonly value: string;
  readonly sizeBytes: number;
}

/**
 * Both tables of an encoder, searched by name and value.
 *
 * Entries of the dynamic table carry serial numbers, which stay while indexes shift.
 * @see RFC 7541 sections 2.3 and 4
 */
export class EncoderTable {
  /** Changes whenever an index may mean another entry than before. */
  generation = 0;
  sizeBytes = 0;
  #maxBytes: number;
  readonly #entries: Entry[] = [];
  #evicted = 0;
  readonly #names = new Map<string, NameSlot>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  /**
   * Index of the entry with this name and value, or else the index of an entry with this name, negative, or 0.
   */
  find(name: string, value: string): number {
    const fixed = staticNames.get(name);
    if (fixed !== undefined) {
      const index = fixed.byValue.get(value);
      if (index !== undefined) return index;
    }
    const slot = this.#names.get(name);
    if (slot === undefined) return fixed === undefined ? 0 : -fixed.any;
    const serial = slot.byValue.get(value);
    if (serial !== undefined) return this.#indexOf(serial);
    return fixed === undefined ? -this.#indexOf(slot.any) : -fixed.any;
  }

  /** Whether a field of these lengths fits, and whether it fits without an eviction. */
  roomFor(name: string, value: string): "none" | "after-eviction" | "free" {
    const size = name.length + value.length + entryOverheadBytes;
    if (size > this.#maxBytes) return "none";
    return this.sizeBytes + size > this.#maxBytes ? "after-eviction" : "free";
  }

  /** Adds an entry that fits. */
  insert(name: string, value: string): void {
    this.generation++;
    const sizeBytes = name.length + value.length + entryOverheadBytes;
    this.#evictTo(this.#maxBytes - sizeBytes);
    const serial = this.#evicted + this.#entries.length;
    this.#entries.push({ name, value, sizeBytes });
    this.sizeBytes += sizeBytes;
    const slot = this.#names.get(name);
    if (slot === undefined) {
      this.#names.set(name, { any: serial, byValue: new Map([[value, serial]]) });
    } else {
      slot.any = serial;
      slot.byValue.set(value, serial);
    }
  }

  /** Sets the size limit and evicts what no longer fits. */
  resize(maxBytes: number): void {
    this.generation++;
    this.#maxBytes = maxBytes;
    this.#evictTo(maxBytes);
  }

  #indexOf(serial: number): number {
    return firstDynamicIndex + this.#evicted + this.#entries.length - 1 - serial;
  }

  #evictTo(limitBytes: number): void {
    let count = 0;
    while (this.sizeBytes > limitBytes) {
      const entry = this.#entries[count];
      if (entry === undefined) break;
      this.sizeBytes -= entry.sizeBytes;
      this.#forget(entry, this.#evicted + count);
      count++;
    }
    if (count === 0) return;
    this.#entries.splice(0, count);
    this.#evicted += count;
  }

  #forget(entry: Entry, serial: number): void {
    const slot = this.#names.get(entry.name);
    if (slot === undefined) return;
    if (slot.byValue.get(entry.value) === serial) slot.byValue.delete(entry.value);
    if (slot.any === serial) this.#names.delete(entry.name);
  }
}

const staticNames = new Map<string, NameSlot>();
for (const [place, { name, value }] of staticTable.entries()) {
  const slot = staticNames.get(name) ?? { any: place + 1, byValue: new Map<string, number>() };
  staticNames.set(name, slot);
  // An entry without a value is a name to refer to; that it equals an empty value is of no use to anyone.
  if (value !== "") slot.byValue.set(value, place + 1);
}
