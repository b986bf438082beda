/**
 * The Huffman code of HPACK, built from its code lengths alone: the code is canonical, so symbols of equal length have
 * consecutive codes in the order of their values.
 *
 * @see RFC 7541 appendix B
 */

/** Code length of each byte value, one letter each: `a` is 5 bits, `z` is 30. */
const lengthLetters =
  "isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhf" +
  "ibccccccccccccccccccccccdcdioijbkabababbbaccbbbabcbaabccccckgjix" +
  "prpprrrsrssssststtrstssssqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrs" +
  "vvporsruvvvwwvtuoqvwwvwtqqvvxwwwptpqrqqsrruuttvsvwvvwwwwwxwwwwwv";

/** Shortest code, in bits. */
export const shortestCodeBits = 5;
/** Longest code, in bits; also the length of the end-of-string symbol. */
export const longestCodeBits = 30;

/** Length of each symbol's code, in bits, by byte value. */
export const codeBits: Uint8Array = Uint8Array.from(
  lengthLetters,
  (letter) => letter.charCodeAt(0) - 97 + shortestCodeBits,
);

/** Code of each symbol, right-aligned, by byte value. */
export const codes = new Uint32Array(256);

/** First code of each length, by length in bits. */
export const firstCode = new Uint32Array(longestCodeBits + 1);

/** Where the symbols of each length start in {@link symbolsByCode}; the next length's start ends them. */
export const firstSymbol = new Uint16Array(longestCodeBits + 2);

/** All byte values, ordered by their codes. */
export const symbolsByCode = new Uint8Array(256);

let code = 0;
let place = 0;
for (let bits = shortestCodeBits; bits <= longestCodeBits; bits++) {
  firstCode[bits] = code;
  firstSymbol[bits] = place;
  for (let symbol = 0; symbol < 256; symbol++) {
    if (codeBits[symbol] !== bits) continue;
    codes[symbol] = code++;
    symbolsByCode[place++] = symbol;
  }
  code *= 2;
}
firstSymbol[longestCodeBits + 1] = place;
