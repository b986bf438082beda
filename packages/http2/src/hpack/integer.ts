/** Integers of HPACK: a prefix of 1 to 8 bits, then seven bits a byte, least first. */

/** Largest integer read; longer encodings are refused, as RFC 7541 section 5.1 asks. */
export const maxInteger = 0x0fff_ffff;

/**
 * Writes `value` behind `flags` in a prefix of `prefixBits` bits and returns where it ends.
 *
 * @see RFC 7541 section 5.1
 */
export function writeInteger(
  target: Uint8Array,
  at: number,
  flags: number,
  prefixBits: number,
  value: number,
): number {
  const limit = (1 << prefixBits) - 1;
  if (value < limit) {
    target[at] = flags | value;
    return at + 1;
  }
  target[at++] = flags | limit;
  let rest = value - limit;
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at] = rest;
  return at + 1;
}

/** Reads bytes of one header block from front to back. */
export class BlockCursor {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;

  /** Moves to the bytes of `bytes` from `at` up to `end`. */
  enter(bytes: Buffer, at: number, end: number): void {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Lets go of the bytes, so that a quiet connection keeps no chunk alive. */
  leave(): void {
    this.bytes = nothing;
  }

  /**
   * Reads an integer whose first byte is at the cursor.
   *
   * @returns the value, or -1 if it is cut short or above {@link maxInteger}.
   */
  readInteger(prefixBits: number): number {
    if (this.at >= this.end) return -1;
    const limit = (1 << prefixBits) - 1;
    let value = (this.bytes[this.at++] as number) & limit;
    if (value < limit) return value;
    for (let shift = 0; shift <= 28 && this.at < this.end; shift += 7) {
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (value > maxInteger) return -1;
      if (byte < 0x80) return value;
    }
    return -1;
  }
}

const nothing = Buffer.alloc(0);
