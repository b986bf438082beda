import fc from "fast-check";
import { latin1 } from "./latin1.js";

test("gives each byte as a character, whatever the length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(5), (bytes, skip) => {
      const start = Math.min(skip, bytes.length);
      const expected = Array.from(bytes.subarray(start), (byte) => String.fromCharCode(byte)).join(
        "",
      );
      expect(latin1(Buffer.from(bytes), start, bytes.length)).toBe(expected);
    }),
    { seed: 11 },
  );
});
