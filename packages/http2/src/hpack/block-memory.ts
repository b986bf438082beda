/**
 * Header lists by the bytes they were decoded from. An RPC client sends the same few blocks all the time, so finding a
 * list again costs a hash over some twenty bytes where decoding costs ten times as much.
 *
 * A block is kept when it is seen for the second time, so that blocks which never repeat push nothing out.
 */
import type { HeaderList } from "./header-list.js";

/** Longest block that is remembered, in bytes. */
export const maxRememberedBytes = 192;
/** Most blocks remembered at a time. */
const maxRemembered = 256;

interface Remembered {
  readonly bytes: Uint8Array;
  readonly list: HeaderList;
}

/** Remembers lists of one decoder. Whoever owns it calls {@link BlockMemory.clear} when the table changes. */
export class BlockMemory {
  #byHash: Map<number, Remembered> | undefined;
  #seenOnce: Int32Array | undefined;

  /** The list that the bytes from `start` up to `end` gave before, or `undefined`. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): HeaderList | undefined {
    const found = this.#byHash?.get(hash);
    if (found === undefined || found.bytes.length !== end - start) return undefined;
    const known = found.bytes;
    for (let i = 0; i < known.length; i++) {
      if (known[i] !== bytes[start + i]) return undefined;
    }
    return found.list;
  }

  /** Whether bytes of this hash came before; notes that they came now. */
  isRepeated(hash: number): boolean {
    this.#seenOnce ??= new Int32Array(64);
    const place = (hash ^ (hash >>> 7)) & 63;
    if (this.#seenOnce[place] === hash) return true;
    this.#seenOnce[place] = hash;
    return false;
  }

  /** Keeps `list` for the bytes from `start` up to `end`, which are copied. */
  keep(hash: number, bytes: Uint8Array, start: number, end: number, list: HeaderList): void {
    this.#byHash ??= new Map();
    if (this.#byHash.size >= maxRemembered) this.#byHash.clear();
    this.#byHash.set(hash, { bytes: Uint8Array.prototype.slice.call(bytes, start, end), list });
  }

  /** Forgets all lists. */
  clear(): void {
    this.#byHash?.clear();
  }
}
