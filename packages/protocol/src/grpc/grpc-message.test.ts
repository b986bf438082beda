import fc from "fast-check";
import { decodeGrpcMessage, encodeGrpcMessage } from "./grpc-message.js";

describe("grpc-message", () => {
  test.each([
    { text: "", value: "" },
    { text: "plain text, with marks!", value: "plain text, with marks!" },
    { text: "100%", value: "100%25" },
    { text: "two\nlines", value: "two%0Alines" },
    { text: " blanks ", value: "%20blanks%20" },
    { text: "~\x7f", value: "~%7F" },
    { text: "für 你好 🎉", value: "f%C3%BCr %E4%BD%A0%E5%A5%BD %F0%9F%8E%89" },
  ])("writes $text as $value and reads it back", ({ text, value }) => {
    expect(encodeGrpcMessage(text)).toBe(value);
    expect(decodeGrpcMessage(value)).toBe(text);
  });

  test.each([
    { value: "100%", text: "100%" },
    { value: "%", text: "%" },
    { value: "%4", text: "%4" },
    { value: "%zz%41", text: "%zzA" },
    { value: "%e4%bd%a0", text: "你" },
    { value: "%ff", text: "\ufffd" },
    { value: Buffer.from("bare ü").toString("latin1"), text: "bare ü" },
  ])("reads $value, which nobody should write, as $text", ({ value, text }) => {
    expect(decodeGrpcMessage(value)).toBe(text);
  });

  test("replaces half of a surrogate pair", () => {
    expect(encodeGrpcMessage("a\ud800")).toBe("a%EF%BF%BD");
  });

  test("brings any text through a header unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const value = encodeGrpcMessage(text);
        expect(value).toMatch(/^(?! )[\x20-\x7e]*(?<! )$/);
        expect(decodeGrpcMessage(value)).toBe(text);
      }),
    );
  });

  test("reads any value without throwing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(typeof decodeGrpcMessage(value)).toBe("string");
      }),
    );
  });
});
