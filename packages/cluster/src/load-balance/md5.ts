/**
 * MD5 of short texts without allocating: the hash that Dubbo's ring is made of. It proves nothing about who wrote a text, and
 * is not meant to. Node's own makes an object and a buffer for each text; this one is several times as quick on a key.
 *
 * Hot path. Measured in bench/pick.ts.
 *
 * @see RFC 1321
 */

/** The integer part of 2³² times the sine of 1 to 64. */
const sines = Int32Array.from(
  { length: 64 },
  (_, at) => Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32) | 0,
);
const blockBytes = 64;
/** Where the length of the text stands in the last block. */
const lengthAt = 56;

/** Shape: `begin`, any number of `add`, `end`; then `words` is the digest until the next `begin`. */
export class Md5 {
  /** The digest: four words, each of four bytes with the lowest first. */
  readonly words = new Int32Array(4);
  /** The block that is being filled, as words; what is not filled is 0. */
  readonly #block = new Int32Array(16);
  /** Bytes so far. */
  #length = 0;

  begin(): this {
    const { words } = this;
    words[0] = 0x67452301;
    words[1] = 0xefcdab89;
    words[2] = 0x98badcfe;
    words[3] = 0x10325476;
    this.#length = 0;
    this.#block.fill(0);
    return this;
  }

  /** Adds a text as UTF-8. */
  add(text: string): this {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) return this.addBytes(Buffer.from(text.slice(at)));
      this.#put(code);
    }
    return this;
  }

  addBytes(bytes: Uint8Array): this {
    for (let at = 0; at < bytes.length; at++) this.#put(bytes[at] as number);
    return this;
  }

  end(): this {
    const bytes = this.#length;
    this.#put(0x80);
    if (this.#length % blockBytes > lengthAt) this.#digest();
    this.#block[14] = bytes << 3;
    this.#block[15] = Math.floor(bytes / 2 ** 29);
    this.#digest();
    return this;
  }

  #put(byte: number): void {
    const at = this.#length++ % blockBytes;
    const word = at >> 2;
    this.#block[word] = (this.#block[word] as number) | (byte << ((at & 3) << 3));
    if (at === blockBytes - 1) this.#digest();
  }

  /** Each round names its words by a step of its own, and mixes in a way of its own. */
  #digest(): void {
    const { words } = this;
    const block = this.#block;
    let a = words[0] as number;
    let b = words[1] as number;
    let c = words[2] as number;
    let d = words[3] as number;
    for (let step = 0; step < 16; step += 4) {
      a = turn(a, b, (b & c) | (~b & d), block[step] as number, step, 7);
      d = turn(d, a, (a & b) | (~a & c), block[step + 1] as number, step + 1, 12);
      c = turn(c, d, (d & a) | (~d & b), block[step + 2] as number, step + 2, 17);
      b = turn(b, c, (c & d) | (~c & a), block[step + 3] as number, step + 3, 22);
    }
    for (let step = 16; step < 32; step += 4) {
      const at = 5 * step + 1;
      a = turn(a, b, (d & b) | (~d & c), block[at & 15] as number, step, 5);
      d = turn(d, a, (c & a) | (~c & b), block[(at + 5) & 15] as number, step + 1, 9);
      c = turn(c, d, (b & d) | (~b & a), block[(at + 10) & 15] as number, step + 2, 14);
      b = turn(b, c, (a & c) | (~a & d), block[(at + 15) & 15] as number, step + 3, 20);
    }
    for (let step = 32; step < 48; step += 4) {
      const at = 3 * step + 5;
      a = turn(a, b, b ^ c ^ d, block[at & 15] as number, step, 4);
      d = turn(d, a, a ^ b ^ c, block[(at + 3) & 15] as number, step + 1, 11);
      c = turn(c, d, d ^ a ^ b, block[(at + 6) & 15] as number, step + 2, 16);
      b = turn(b, c, c ^ d ^ a, block[(at + 9) & 15] as number, step + 3, 23);
    }
    for (let step = 48; step < 64; step += 4) {
      const at = 7 * step;
      a = turn(a, b, c ^ (b | ~d), block[at & 15] as number, step, 6);
      d = turn(d, a, b ^ (a | ~c), block[(at + 7) & 15] as number, step + 1, 10);
      c = turn(c, d, a ^ (d | ~b), block[(at + 14) & 15] as number, step + 2, 15);
      b = turn(b, c, d ^ (c | ~a), block[(at + 21) & 15] as number, step + 3, 21);
    }
    words[0] = (words[0] as number) + a;
    words[1] = (words[1] as number) + b;
    words[2] = (words[2] as number) + c;
    words[3] = (words[3] as number) + d;
    block.fill(0);
  }
}

/** One step: what becomes of `word` when what was mixed and a word of the block are turned left by `bits`. */
function turn(
  word: number,
  next: number,
  mixed: number,
  input: number,
  step: number,
  bits: number,
): number {
  const sum = (word + mixed + input + (sines[step] as number)) | 0;
  return (next + ((sum << bits) | (sum >>> (32 - bits)))) | 0;
}
