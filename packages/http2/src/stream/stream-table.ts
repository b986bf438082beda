/**
 * The streams of a connection by identifier.
 *
 * Hot path: streams come and go in order, so nearly all of them find a place of their own in a small ring. A Map costs
 * three times as much for each of the three steps that a call takes. A stream whose place is taken, by one that has been
 * open for long, goes to a Map after all.
 */

/** What a table holds. */
export interface TableEntry {
  readonly id: number;
}

const smallestRing = 16;
const largestRing = 4_096;

/** Table of one connection. */
export class StreamTable<Entry extends TableEntry> {
  size = 0;
  #ring: (Entry | undefined)[] = [];
  #mask = -1;
  #others: Map<number, Entry> | undefined;

  /** The entry with this identifier. */
  get(id: number): Entry | undefined {
    if (this.#mask < 0) return undefined;
    const entry = this.#ring[(id >>> 1) & this.#mask];
    if (entry !== undefined && entry.id === id) return entry;
    return this.#others?.get(id);
  }

  /** Adds an entry whose identifier is not in the table. */
  add(entry: Entry): void {
    if (this.size * 2 >= this.#ring.length && this.#ring.length < largestRing) this.#grow();
    this.size++;
    this.#place(entry);
  }

  /** Removes the entry with this identifier, if it is there. */
  delete(id: number): void {
    const place = (id >>> 1) & this.#mask;
    if (this.#ring[place]?.id === id) this.#ring[place] = undefined;
    else if (this.#others?.delete(id) !== true) return;
    this.size--;
  }

  /** All entries as they are now; the table may change while they are looked at. */
  values(): Entry[] {
    const entries: Entry[] = [...(this.#others?.values() ?? [])];
    for (const entry of this.#ring) if (entry !== undefined) entries.push(entry);
    return entries.sort((a, b) => a.id - b.id);
  }

  #place(entry: Entry): void {
    const place = (entry.id >>> 1) & this.#mask;
    if (this.#ring[place] === undefined) {
      this.#ring[place] = entry;
    } else {
      this.#others ??= new Map();
      this.#others.set(entry.id, entry);
    }
  }

  #grow(): void {
    const entries = this.values();
    const length = Math.max(smallestRing, this.#ring.length * 2);
    this.#ring = new Array<Entry | undefined>(length).fill(undefined);
    this.#mask = length - 1;
    this.#others = undefined;
    for (const entry of entries) this.#place(entry);
  }
}
