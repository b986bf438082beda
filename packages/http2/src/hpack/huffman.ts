/**
 * Huffman coding of header strings.
 *
 * Nearly every character of a header has a code of at most 8 bits, so decoding looks up the next 8 bits in one table and
 * walks the canonical code only for the rare rest.
 *
 * @see RFC 7541 section 5.2
 */
import {
  codeBits,
  codes,
  firstCode,
  firstSymbol,
  longestCodeBits,
  symbolsByCode,
} from "./huffman-code.js";
import { latin1 } from "./latin1.js";

/** Length of `text` once Huffman-coded, in bytes. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += codeBits[text.charCodeAt(i)] as number;
  return (bits + 7) >>> 3;
}

/**
 * Writes `text` Huffman-coded at `at` and returns where it ends. Characters must not exceed U+00FF.
 */
export function writeHuffman(target: Uint8Array, at: number, text: string): number {
  let held = 0;
  let heldBits = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i);
    const bits = codeBits[symbol] as number;
    const code = codes[symbol] as number;
    // At most 7 bits are held here, so a code longer than 24 bits goes in two steps to stay within 31.
    if (bits > 24) {
      held = (held << (bits - 16)) | (code >>> 16);
      heldBits += bits - 16;
      while (heldBits >= 8) {
        heldBits -= 8;
        target[at++] = (held >>> heldBits) & 0xff;
      }
      held = (held << 16) | (code & 0xffff);
      heldBits += 16;
    } else {
      held = (held << bits) | code;
      heldBits += bits;
    }
    while (heldBits >= 8) {
      heldBits -= 8;
      target[at++] = (held >>> heldBits) & 0xff;
    }
    held &= 0xff >>> (8 - heldBits);
  }
  if (heldBits > 0) target[at++] = ((held << (8 - heldBits)) | (0xff >>> heldBits)) & 0xff;
  return at;
}

/** Symbol and length of every code of at most 8 bits by its leading 8 bits: `symbol << 4 | bits`, or 0. */
const shortCodes = new Uint16Array(256);
for (let symbol = 0; symbol < 256; symbol++) {
  const bits = codeBits[symbol] as number;
  if (bits > 8) continue;
  const from = (codes[symbol] as number) << (8 - bits);
  shortCodes.fill((symbol << 4) | bits, from, from + (1 << (8 - bits)));
}

/**
 * Decodes the Huffman-coded bytes from `start` up to `end`.
 *
 * @returns the text, one character per byte; `undefined` if the end-of-string symbol occurs or the padding is longer than
 * 7 bits or not all ones.
 */
export function readHuffman(source: Buffer, start: number, end: number): string | undefined {
  const bitEnd = end * 8;
  const out = scratchFor(((end - start) * 8) / 5 + 1);
  let length = 0;
  let bit = start * 8;
  while (bit < bitEnd) {
    const byte = bit >>> 3;
    const next = byte + 1 < end ? (source[byte + 1] as number) : 0xff;
    const window = (((source[byte] as number) << 8) | next) >>> (8 - (bit & 7));
    const entry = shortCodes[window & 0xff] as number;
    if (entry !== 0 && bit + (entry & 15) <= bitEnd) {
      out[length++] = entry >>> 4;
      bit += entry & 15;
    } else if (isPadding(source, bit, bitEnd)) {
      break;
    } else {
      const packed = readLongCode(source, bit, bitEnd);
      if (packed < 0) return undefined;
      out[length++] = packed >>> 5;
      bit += packed & 31;
    }
  }
  return latin1(out, 0, length);
}

let scratch = Buffer.allocUnsafeSlow(512);

/** The text is copied out before anyone else can decode, so all connections share one scratch buffer. */
function scratchFor(bytes: number): Buffer {
  if (scratch.length >= bytes) return scratch;
  if (bytes > 65_536) return Buffer.allocUnsafeSlow(Math.ceil(bytes));
  scratch = Buffer.allocUnsafeSlow(65_536);
  return scratch;
}

function isPadding(source: Buffer, bit: number, bitEnd: number): boolean {
  const left = bitEnd - bit;
  if (left > 7) return false;
  const mask = (1 << left) - 1;
  return ((source[(bitEnd >>> 3) - 1] as number) & mask) === mask;
}

/** Reads one code bit by bit: `symbol << 5 | bits`, or -1 if the bits form no symbol. */
function readLongCode(source: Buffer, bit: number, bitEnd: number): number {
  let code = 0;
  for (let bits = 1; bits <= longestCodeBits && bit + bits <= bitEnd; bits++) {
    const at = bit + bits - 1;
    code = code * 2 + (((source[at >>> 3] as number) >>> (7 - (at & 7))) & 1);
    if (bits < 5) continue;
    const place = (firstSymbol[bits] as number) + code - (firstCode[bits] as number);
    if (code >= (firstCode[bits] as number) && place < (firstSymbol[bits + 1] as number)) {
      return ((symbolsByCode[place] as number) << 5) | bits;
    }
  }
  return -1;
}
