import fc from "fast-check";
import { RecordReader } from "./record-reader.js";
import { RecordWriter } from "./record-writer.js";

const value = fc.record({
  int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  long: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  flag: fc.boolean(),
  text: fc.string({ unit: "grapheme", maxLength: 600 }),
  bytes: fc.uint8Array(),
  list: fc.array(fc.string({ unit: "grapheme" })),
});

test("what was written is read", () => {
  fc.assert(
    fc.property(value, ({ int, long, flag, text, bytes, list }) => {
      const writer = new RecordWriter().int(int).long(long).flag(flag).text(text).bytes(bytes);
      const frame = writer.list(list, (item) => writer.text(item)).frame();
      expect(frame.readInt32BE(0)).toBe(frame.length - 4);
      const reader = new RecordReader(frame.subarray(4));
      expect([reader.int(), reader.long(), reader.flag(), reader.text()]).toEqual([
        int,
        long,
        flag,
        text,
      ]);
      expect(Uint8Array.from(reader.bytes())).toEqual(bytes);
      expect(reader.list(() => reader.text())).toEqual(list);
      expect(reader.rest).toBe(0);
    }),
  );
});

test("a length of -1 is read as nothing", () => {
  const reader = new RecordReader(Buffer.from("ffffffffffffffffffffffff", "hex"));
  expect([reader.text(), reader.bytes().length, reader.list(() => 0)]).toEqual(["", 0, []]);
});

test.each([
  {
    title: "a number that is cut off",
    hex: "000000",
    read: (reader: RecordReader) => reader.int(),
  },
  {
    title: "text that is cut off",
    hex: "0000000241",
    read: (reader: RecordReader) => reader.text(),
  },
  { title: "a length below -1", hex: "fffffffe", read: (reader: RecordReader) => reader.text() },
  {
    title: "a list that cannot fit",
    hex: "7fffffff00",
    read: (reader: RecordReader) => reader.list(() => reader.flag()),
  },
])("$title throws a RangeError", ({ hex, read }) => {
  expect(() => read(new RecordReader(Buffer.from(hex, "hex")))).toThrow(RangeError);
});

test("whatever bytes come, reading ends or throws a RangeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const outcome = outcomeOf(() => {
        const reader = new RecordReader(Buffer.from(bytes));
        return reader.list(() => [reader.text(), reader.int(), reader.long()]);
      });
      expect(Array.isArray(outcome) || outcome instanceof RangeError).toBe(true);
    }),
  );
});

function outcomeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (cause) {
    return cause;
  }
}
