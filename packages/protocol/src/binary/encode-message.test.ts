import { create, type DescMessage, fromBinary, ScalarType, toBinary } from "@bufbuild/protobuf";
import {
  AnySchema,
  ApiSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_descriptor,
  StructSchema,
  TypeSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { NoteSchema } from "../../test/gen/kinds/kinds_pb.js";
import { everyMessage, everything, noKeys, scalarTypes } from "../../test/support/every-message.js";
import { encodeMessage } from "./encode-message.js";
import { isWritable } from "./message-writer.js";

describe("encodeMessage", () => {
  test("writes every scalar in every place as toBinary does", () => {
    expect(isWritable(everything)).toBe(true);
    fc.assert(
      fc.property(everyMessage(), (message) => {
        expect(encodeMessage(everything, message)).toEqual(toBinary(everything, message));
      }),
      { numRuns: 300 },
    );
  });

  test("writes messages in messages, lists and maps as toBinary does", () => {
    const mapTypes = scalarTypes.filter((type) => !noKeys.has(type));
    const inner = fc.sample(everyMessage(), { numRuns: 30, seed: 7 });
    const maps = mapTypes.map((type, index) => {
      const key = type === ScalarType.BOOL ? "true" : type === ScalarType.STRING ? "ü" : "12";
      return [`map${type}`, { [key]: inner[index] }];
    });
    const message = create(everything, {
      ...Object.fromEntries(maps),
      itself: create(everything, { several: inner.slice(20) } as never),
      several: inner.slice(0, 20),
    } as never);
    expect(encodeMessage(everything, message)).toEqual(toBinary(everything, message));
  });

  test("leaves types with required fields, groups and unwrapped values to toBinary", () => {
    const left = [FileDescriptorProtoSchema, StructSchema, ValueSchema].map((schema) =>
      isWritable(schema),
    );
    expect(left).toEqual([false, false, false]);
    const { proto } = file_google_protobuf_descriptor;
    const bytes = toBinary(FileDescriptorProtoSchema, proto);
    expect(Buffer.from(encodeMessage(FileDescriptorProtoSchema, proto)).equals(bytes)).toBe(true);
  });

  test("writes fields it does not know, as they came", () => {
    const bytes = Buffer.from("0a0268695205776f726c64", "hex");
    expect(Buffer.from(encodeMessage(NoteSchema, fromBinary(NoteSchema, bytes)))).toEqual(bytes);
  });

  test.each([
    { schema: ApiSchema, init: { name: "a", methods: [{ name: "m" }], syntax: 1 } },
    { schema: TypeSchema, init: { fields: [{ number: -1, oneofIndex: 5 }], oneofs: ["a"] } },
    { schema: AnySchema, init: { typeUrl: "t", value: new Uint8Array(70_000) } },
    { schema: StructSchema, init: { fields: { a: { kind: { case: "boolValue", value: true } } } } },
    { schema: ValueSchema, init: { kind: { case: "structValue", value: { a: 1 } } } },
  ])("writes $schema.typeName as toBinary does", ({ schema, init }) => {
    const message = create(schema as DescMessage, init as never);
    const bytes = toBinary(schema as DescMessage, message);
    expect(encodeMessage(schema, message)).toEqual(bytes);
  });

  test("throws what toBinary throws, and writes on", () => {
    const wrong = create(everything, { plain5: 1.5 } as never);
    expect(() => encodeMessage(everything, wrong)).toThrow("cannot encode field Every.plain_5");
    expect(() => encodeMessage(NoteSchema, wrong)).toThrow("cannot use");
    const note = create(NoteSchema, { text: "hi" });
    expect(encodeMessage(NoteSchema, note)).toEqual(toBinary(NoteSchema, note));
  });

  test("may be called while it writes", () => {
    const inner = create(NoteSchema, { text: "inner" });
    const outer = {
      $typeName: NoteSchema.typeName,
      get text() {
        return String(encodeMessage(NoteSchema, inner).length);
      },
    };
    expect(encodeMessage(NoteSchema, outer)).toEqual(
      toBinary(NoteSchema, create(NoteSchema, { text: "7" })),
    );
  });

  test.each([
    { what: "half a pair", text: "a\ud800b" },
    { what: "half a pair in long text", text: `${"ü".repeat(2_000)}\udc00` },
    { what: "text whose length takes more bytes than it has units", text: "ü".repeat(70) },
    { what: "text of three bytes a unit", text: "漢".repeat(6_000) },
    { what: "text longer than what messages share", text: "x".repeat(100_000) },
    { what: "text that ends beyond ASCII", text: "xxxxxxxxxü" },
  ])("writes $what as toBinary does", ({ text }) => {
    const note = create(NoteSchema, { text });
    expect(Buffer.from(encodeMessage(NoteSchema, note))).toEqual(
      Buffer.from(toBinary(NoteSchema, note)),
    );
  });

  test("writes messages one after the other, each whole", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 3_000 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
        const notes = texts.map((each) => create(NoteSchema, { text: each }));
        const written = notes.map((note) => encodeMessage(NoteSchema, note));
        expect(written.map((bytes) => fromBinary(NoteSchema, bytes))).toEqual(notes);
      }),
      { numRuns: 50 },
    );
  });

  test("gives bytes of their own each time", () => {
    const first = encodeMessage(NoteSchema, create(NoteSchema, { text: "first" }));
    const copy = Uint8Array.from(first);
    encodeMessage(NoteSchema, create(NoteSchema, { text: "second" }));
    expect(first).toEqual(copy);
  });
});
