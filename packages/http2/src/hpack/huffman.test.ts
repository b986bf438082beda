import fc from "fast-check";
import { huffmanLength, readHuffman, writeHuffman } from "./huffman.js";
import { codeBits, codes } from "./huffman-code.js";
import { BlockCursor, maxInteger, writeInteger } from "./integer.js";

describe("huffman code", () => {
  test.each([
    { symbol: 0, code: 0x1ff8, bits: 13 },
    { symbol: 48, code: 0x0, bits: 5 },
    { symbol: 97, code: 0x3, bits: 5 },
    { symbol: 92, code: 0x7fff0, bits: 19 },
    { symbol: 22, code: 0x3ffffffe, bits: 30 },
    { symbol: 255, code: 0x3ffffee, bits: 26 },
  ])("symbol $symbol is $code in $bits bits", ({ symbol, code, bits }) => {
    expect(codes[symbol]).toBe(code);
    expect(codeBits[symbol]).toBe(bits);
  });

  test("round trips any bytes, with the length it foretells", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString("latin1");
        const target = Buffer.alloc(huffmanLength(text) + 3);
        const end = writeHuffman(target, 2, text);
        expect(end - 2).toBe(huffmanLength(text));
        expect(readHuffman(target, 2, end)).toBe(text);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe("integers of HPACK", () => {
  test.each([
    { part: "C.1.1", value: 10, prefix: 5, hex: "0a" },
    { part: "C.1.2", value: 1337, prefix: 5, hex: "1f9a0a" },
    { part: "C.1.3", value: 42, prefix: 8, hex: "2a" },
  ])("$part of RFC 7541", ({ value, prefix, hex }) => {
    const target = Buffer.alloc(8);
    expect(target.subarray(0, writeInteger(target, 0, 0, prefix, value)).toString("hex")).toBe(hex);
  });

  test("round trip in every prefix", () => {
    const cursor = new BlockCursor();
    const target = Buffer.alloc(8);
    fc.assert(
      fc.property(fc.nat(maxInteger), fc.integer({ min: 1, max: 8 }), (value, prefix) => {
        const end = writeInteger(target, 1, 0, prefix, value);
        cursor.enter(target, 1, end);
        expect(cursor.readInteger(prefix)).toBe(value);
        expect(cursor.at).toBe(end);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});
