import { MessageReader, prefixed } from "./message-reader.js";

describe("messageReader", () => {
  const texts = ["", "a", "hello world", "x".repeat(300)];
  const stream = Buffer.concat(texts.map((text) => prefixed(Buffer.from(text))));

  test.each([1, 2, 3, 4, 5, 6, 7, 16, 100, 299, 1_000])(
    "finds every message in chunks of %d bytes",
    (chunkBytes) => {
      const found: string[] = [];
      const reader = new MessageReader((payload) => found.push(Buffer.from(payload).toString()));
      for (let at = 0; at < stream.length; at += chunkBytes) {
        reader.push(stream.subarray(at, at + chunkBytes));
      }
      expect(found).toEqual(texts);
    },
  );
});
