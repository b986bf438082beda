import fc from "fast-check";
import { MessageReader } from "./message-reader.js";

function framed(payload: Uint8Array, flags = 0): Buffer {
  const head = Buffer.from([flags, 0, 0, 0, 0]);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** Reads the pieces and tells what came of them. */
function read(pieces: readonly Buffer[], maxBytes = 1_000_000) {
  const reader = new MessageReader(maxBytes);
  const messages: { text: string; flags: number }[] = [];
  for (const piece of pieces) {
    const fault = reader.push(piece, (payload, flags) => {
      messages.push({ text: payload.toString("latin1"), flags });
    });
    if (fault !== undefined) return { messages, fault, isBetweenMessages: false };
  }
  return { messages, fault: undefined, isBetweenMessages: reader.isBetweenMessages };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...pieces, bytes.subarray(at)];
}

describe("MessageReader", () => {
  test("reads the same messages, however they are cut", () => {
    const message = fc.record({
      payload: fc.uint8Array({ maxLength: 300 }),
      flags: fc.constantFrom(0, 1),
    });
    const sizes = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 100 });
    fc.assert(
      fc.property(fc.array(message), sizes, (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(({ payload, flags }) => framed(payload, flags)));
        const expected = sent.map(({ payload, flags }) => ({
          text: Buffer.from(payload).toString("latin1"),
          flags,
        }));
        expect(read(cut(bytes, cuts))).toEqual({
          messages: expected,
          fault: undefined,
          isBetweenMessages: true,
        });
      }),
    );
  });

  test("reads byte by byte", () => {
    const bytes = Buffer.concat([framed(Buffer.from("ab")), framed(Buffer.alloc(0), 1)]);
    const { messages } = read([...bytes].map((byte) => Buffer.from([byte])));
    expect(messages).toEqual([
      { text: "ab", flags: 0 },
      { text: "", flags: 1 },
    ]);
  });

  test("reads a message longer than what a head is believed", () => {
    const payload = Buffer.alloc(900_000, "abc");
    const { messages } = read(cut(framed(payload), Array(50).fill(16_384)));
    expect(messages).toEqual([{ text: payload.toString("latin1"), flags: 0 }]);
  });

  test("does not copy a message that lies in one piece", () => {
    const bytes = framed(Buffer.from("ab"));
    const reader = new MessageReader(2);
    reader.push(bytes, (payload) => expect(payload.buffer).toBe(bytes.buffer));
    expect.assertions(1);
  });

  test("keeps nothing of the pieces it gathers from", () => {
    const reader = new MessageReader(100);
    const whole = framed(Buffer.from("hello"));
    const first = Buffer.from(whole.subarray(0, 7));
    reader.push(first, () => undefined);
    first.fill(0);
    const texts: string[] = [];
    reader.push(whole.subarray(7), (payload) => texts.push(String(payload)));
    expect(texts).toEqual(["hello"]);
  });

  test.each([
    { what: "a head", bytes: framed(Buffer.from("ab")).subarray(0, 4) },
    { what: "a message", bytes: framed(Buffer.from("ab")).subarray(0, 6) },
  ])("knows that it is within $what", ({ bytes }) => {
    expect(read([bytes]).isBetweenMessages).toBe(false);
  });

  describe.each([
    { cuts: "in one piece", sizes: [] },
    { cuts: "in two", sizes: [3] },
    { cuts: "after the head", sizes: [5] },
  ])("$cuts", ({ sizes }) => {
    test.each([0, 3])("takes a message of %d bytes, which is within the limit", (length) => {
      const { messages } = read(cut(framed(Buffer.alloc(length)), sizes), 3);
      expect(messages).toHaveLength(1);
    });

    test("finds fault with a message that is too large", () => {
      const { fault } = read(cut(framed(Buffer.alloc(4)), sizes), 3);
      expect(fault).toEqual({ kind: "too-large", lengthBytes: 4 });
    });

    test("finds fault with unknown flags", () => {
      const { fault } = read(cut(framed(Buffer.alloc(1), 2), sizes), 3);
      expect(fault).toEqual({ kind: "unknown-flags", flags: 2 });
    });
  });
});
