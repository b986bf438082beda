import {
  create,
  type DescMessage,
  fromBinary,
  type Message,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import {
  ApiSchema,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_descriptor,
  StructSchema,
  TypeSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { NoteSchema } from "../../test/gen/kinds/kinds_pb.js";
import { everyMessage, everything, noKeys, scalarTypes } from "../../test/support/every-message.js";
import { decodeMessage } from "./decode-message.js";
import { isReadable, MessageDecoder } from "./message-decoder.js";
import { WireCursor } from "./wire-cursor.js";

type Decode = (schema: DescMessage, bytes: Uint8Array) => Message;

/** What comes of decoding: the message, or the error's text. */
function resultOf(decode: Decode, schema: DescMessage, bytes: Uint8Array): unknown {
  try {
    return decode(schema, bytes);
  } catch (reason) {
    return String(reason);
  }
}

function expectSame(schema: DescMessage, bytes: Uint8Array): void {
  const expected = resultOf(fromBinary, schema, bytes);
  expect(resultOf(decodeMessage, schema, bytes)).toStrictEqual(expected);
  expect(resultOf(decodeMessage, schema, Buffer.from(bytes))).toStrictEqual(expected);
}

/** Whether bytes are decoded without the help of `fromBinary`. */
function isDecodedHere(schema: DescMessage, bytes: Uint8Array): boolean {
  const decoder = MessageDecoder.of(schema);
  const cursor = new WireCursor(Buffer.from(bytes), 0);
  decoder.read(decoder.make(), cursor);
  return cursor.at === bytes.length;
}

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** A number as a varint, without sign. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];
}

const bytesOfMessage = everyMessage().map((message) => toBinary(everything, message));

/** Fields with any number and any way to be written, most of them at odds with the type. */
const anyField = fc
  .record({
    number: fc.oneof(
      fc.constantFrom(1, 2, ...everything.fields.map(({ number }) => number)),
      fc.integer({ min: 0, max: 700 }),
    ),
    wireType: fc.constantFrom(0, 0, 1, 2, 2, 2, 3, 4, 5, 6),
    content: fc.uint8Array({ maxLength: 12 }),
    hasLength: fc.boolean(),
  })
  .map(({ number, wireType, content, hasLength }) => [
    ...varint(number * 8 + wireType),
    ...(hasLength ? varint(content.length) : []),
    ...content,
  ]);

describe("decodeMessage", () => {
  test("reads every scalar in every place as fromBinary does", () => {
    expect(isReadable(everything)).toBe(true);
    fc.assert(
      fc.property(bytesOfMessage, (bytes) => {
        expect(isDecodedHere(everything, bytes)).toBe(true);
        expectSame(everything, bytes);
      }),
      { numRuns: 300, seed: 81 },
    );
  });

  test("reads messages in messages, lists and maps as fromBinary does", () => {
    const keyTypes = scalarTypes.filter((type) => !noKeys.has(type));
    const inner = fc.sample(everyMessage(), { numRuns: 30, seed: 7 });
    const maps = keyTypes.map((type, index) => {
      const key = type === ScalarType.BOOL ? "true" : type === ScalarType.STRING ? "ü" : "12";
      return [`map${type}`, { [key]: inner[index] }];
    });
    const message = create(everything, {
      ...Object.fromEntries(maps),
      itself: create(everything, { several: inner.slice(20) } as never),
      several: inner.slice(0, 20),
    } as never);
    const bytes = toBinary(everything, message);
    expect(isDecodedHere(everything, bytes)).toBe(true);
    expectSame(everything, bytes);
  });

  test("puts together a message that comes in parts as fromBinary does", () => {
    fc.assert(
      fc.property(bytesOfMessage, bytesOfMessage, (first, second) => {
        const itself = [first, second].flatMap((part) => [0x0a, ...varint(part.length), ...part]);
        expectSame(everything, Uint8Array.from([...first, ...second, ...itself]));
      }),
      { numRuns: 50 },
    );
  });

  test("reads bytes that were damaged as fromBinary does", () => {
    const damage = fc.record({
      at: fc.nat(),
      removed: fc.integer({ min: 0, max: 3 }),
      added: fc.uint8Array({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        bytesOfMessage,
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        (whole, all) => {
          const bytes = [...whole];
          for (const { at, removed, added } of all)
            bytes.splice(at % (bytes.length + 1), removed, ...added);
          expectSame(everything, Uint8Array.from(bytes));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("reads any fields, known or not, as fromBinary does", () => {
    fc.assert(
      fc.property(fc.array(anyField, { maxLength: 6 }), (fields) => {
        expectSame(everything, Uint8Array.from(fields.flat()));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    { what: "nothing", schema: NoteSchema, bytes: "" },
    { what: "an unknown number", schema: NoteSchema, bytes: "0a0161 5005" },
    { what: "an unknown text", schema: NoteSchema, bytes: "52026869 0a0161" },
    {
      what: "unknown numbers of fixed length",
      schema: NoteSchema,
      bytes: "5501020304 510102030405060708",
    },
    { what: "a field twice", schema: NoteSchema, bytes: "0a0161 0a0162" },
    { what: "a tag in two bytes that needs one", schema: NoteSchema, bytes: "8a000161" },
    { what: "a length in ten bytes", schema: NoteSchema, bytes: "0a8180808080808080800061" },
    { what: "a byte-order mark", schema: NoteSchema, bytes: "0a04 efbbbf61" },
    { what: "text beyond ASCII", schema: NoteSchema, bytes: "0a02 c3bc" },
    {
      what: "long text beyond ASCII",
      schema: NoteSchema,
      bytes: "0a10 c3bcc3bcc3bcc3bcc3bcc3bcf09f9880",
    },
    { what: "enums in lists", schema: FieldOptionsSchema, bytes: "9801029801079a01020301" },
    { what: "an enum's value", schema: FieldOptionsSchema, bytes: "0801" },
    { what: "a proto2 message with defaults", schema: FieldDescriptorProtoSchema, bytes: "0a0161" },
  ])("reads $what here, as fromBinary does", ({ schema, bytes }) => {
    expect(isDecodedHere(schema, hex(bytes))).toBe(true);
    expectSame(schema, hex(bytes));
  });

  test.each([
    { what: "text that is not UTF-8", schema: NoteSchema, bytes: "0a01ff" },
    { what: "text with a character that replaces others", schema: NoteSchema, bytes: "0a03efbfbd" },
    { what: "a length beyond the end", schema: NoteSchema, bytes: "0a0561" },
    { what: "a tag that is cut short", schema: NoteSchema, bytes: "8a" },
    { what: "a tag of more than 32 bits", schema: NoteSchema, bytes: "8a80808010 0161" },
    { what: "a length in eleven bytes", schema: NoteSchema, bytes: "0a818080808080808080800061" },
    { what: "field number 0", schema: NoteSchema, bytes: "020161" },
    { what: "a known field of another type", schema: NoteSchema, bytes: "0801" },
    { what: "an unknown group", schema: NoteSchema, bytes: "53 0a0161 54" },
    { what: "a group that does not end", schema: NoteSchema, bytes: "53 0a0161" },
    { what: "a value that its enum does not have", schema: FieldOptionsSchema, bytes: "0809" },
  ])("leaves $what to fromBinary", ({ schema, bytes }) => {
    expect(isDecodedHere(schema, hex(bytes))).toBe(false);
    expectSame(schema, hex(bytes));
  });

  test.each([99, 100, 101, 5_000])("takes as deep a message as fromBinary: %d", (depth) => {
    let bytes: number[] = [];
    for (let i = 1; i < depth; i++) bytes = [0x0a, ...varint(bytes.length), ...bytes];
    expectSame(everything, Uint8Array.from(bytes));
  });

  test("keeps keys of maps that JavaScript has a use for", () => {
    const number = everything.fields.find(({ localName }) => localName === "scalar9")?.number ?? 0;
    const entry = [0x0a, 9, ...Buffer.from("__proto__"), 0x12, 1, 0x61];
    const bytes = [...varint(number * 8 + WireType.LengthDelimited), entry.length, ...entry];
    expect(isDecodedHere(everything, Uint8Array.from(bytes))).toBe(true);
    expectSame(everything, Uint8Array.from(bytes));
  });

  test.each([
    { schema: FileDescriptorProtoSchema, bytes: fileBytes() },
    { schema: ApiSchema, init: { name: "a", methods: [{ name: "m" }], syntax: 1 } },
    { schema: TypeSchema, init: { fields: [{ number: -1, oneofIndex: 5 }], oneofs: ["a"] } },
    { schema: StructSchema, init: { fields: { a: { kind: { case: "boolValue", value: true } } } } },
    { schema: ValueSchema, init: { kind: { case: "structValue", value: { a: 1 } } } },
  ])("reads $schema.typeName as fromBinary does", ({ schema, init, bytes }) => {
    const desc: DescMessage = schema;
    expectSame(desc, bytes ?? toBinary(desc, create(desc, init as never)));
  });

  test("leaves groups and unwrapped values to fromBinary", () => {
    expect([StructSchema, ValueSchema].map((schema) => isReadable(schema))).toEqual([false, false]);
  });

  test.each(["0a0161", "0a0561"])("reads from where it is told: %s", (text) => {
    const decodeRest: Decode = (schema, bytes) =>
      decodeMessage(schema, Buffer.concat([Buffer.from("xx"), bytes]), 2);
    const rest = resultOf(decodeRest, NoteSchema, hex(text));
    expect(rest).toStrictEqual(resultOf(fromBinary, NoteSchema, hex(text)));
  });

  test("gives messages that share nothing that can change", () => {
    const first = decodeMessage(everything, new Uint8Array(0)) as Message & { list9: string[] };
    first.list9.push("a");
    expect(decodeMessage(everything, new Uint8Array(0))).toStrictEqual(create(everything));
  });
});

function fileBytes(): Uint8Array {
  return toBinary(FileDescriptorProtoSchema, file_google_protobuf_descriptor.proto);
}
