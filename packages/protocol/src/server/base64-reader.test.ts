import fc from "fast-check";
import { Base64Reader } from "./base64-reader.js";

function decode(pieces: readonly string[]) {
  const reader = new Base64Reader();
  const parts = pieces.map((piece) => reader.read(Buffer.from(piece)));
  const isGood = parts.every((part) => part !== undefined) && reader.isComplete;
  return isGood ? String(Buffer.concat(parts as Buffer[])) : undefined;
}

describe("Base64Reader", () => {
  test.each([
    { pieces: [], text: "" },
    { pieces: [""], text: "" },
    { pieces: ["aGVsbG8="], text: "hello" },
    { pieces: ["a", "G", "V", "sbG8", "="], text: "hello" },
    { pieces: ["aGVs", "bG8="], text: "hello" },
    { pieces: ["aA==ZQ==bGxv"], text: "hello" },
    { pieces: ["aA=", "=ZWw=bG8="], text: "hello" },
  ])("reads $pieces", ({ pieces, text }) => {
    expect(decode(pieces)).toBe(text);
  });

  test.each([
    { pieces: ["aGV"] },
    { pieces: ["aA="] },
    { pieces: ["===="] },
    { pieces: ["=aGV"] },
    { pieces: ["a==="] },
    { pieces: ["aA=b"] },
    { pieces: ["aGV\n"] },
    { pieces: ["a-_b"] },
    { pieces: ["aGVs", "ü"] },
  ])("refuses $pieces", ({ pieces }) => {
    expect(decode(pieces)).toBeUndefined();
  });

  test("reads what was encoded in any parts and cut anywhere", () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 10 }));
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 7 }), (encoded, cut) => {
        const whole = Buffer.concat(encoded);
        const text = encoded.map((bytes) => Buffer.from(bytes).toString("base64")).join("");
        const reader = new Base64Reader();
        const read = (text.match(new RegExp(`.{1,${cut}}`, "g")) ?? []).map((piece) =>
          reader.read(Buffer.from(piece)),
        );
        expect(Buffer.concat(read as Buffer[]).equals(whole)).toBe(true);
        expect(reader.isComplete).toBe(true);
      }),
    );
  });
});
