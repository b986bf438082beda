import { createHash } from "node:crypto";
import { seededRandom } from "../testing/pick-bench.js";
import { Md5 } from "./md5.js";

const hexOf = ({ words }: Md5) =>
  [...words].map((word) => Buffer.from(Int32Array.of(word).buffer).toString("hex")).join("");
const expected = (text: string) => createHash("md5").update(text).digest("hex");

describe("Md5", () => {
  test.each([
    "",
    "a",
    "message digest",
    "10.0.0.1:500510",
    "é",
    "日本語 and more",
    "😀",
    "\ud800",
    "\0",
  ])("agrees with OpenSSL: %j", (text) => {
    expect(hexOf(new Md5().begin().add(text).end())).toBe(expected(text));
  });

  test("agrees with OpenSSL for every length up to three blocks, one after the other", () => {
    const md5 = new Md5();
    const random = seededRandom(3);
    for (let length = 0; length <= 192; length++) {
      const text = Array.from({ length }, () => String.fromCharCode(random() * 128)).join("");
      expect(hexOf(md5.begin().add(text).end())).toBe(expected(text));
    }
  });

  test("forgets what was begun and not ended", () => {
    const md5 = new Md5();
    md5.begin().add("x".repeat(70));
    expect(hexOf(md5.begin().add("a").end())).toBe(expected("a"));
  });

  test("takes a text in parts, and bytes", () => {
    const md5 = new Md5().begin().add("one ").addBytes(Buffer.from("two ")).add("thré").add("e");
    expect(hexOf(md5.end())).toBe(expected("one two thrée"));
  });
});
