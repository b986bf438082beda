import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type Message,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import {
  AnySchema,
  ApiSchema,
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Type as FieldType,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_descriptor,
  FieldDescriptorProto_Label as Label,
  StructSchema,
  TypeSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { NoteSchema } from "../../test/gen/kinds/kinds_pb.js";
import { encodeMessage } from "./encode-message.js";
import { isWritable } from "./message-writer.js";

const noKeys = new Set([ScalarType.DOUBLE, ScalarType.FLOAT, ScalarType.BYTES]);

/** A type with a field of each scalar type in each place, maps with each type of key, and itself. */
const everything = everyScalar();

function everyScalar(): DescMessage {
  const types = Object.values(ScalarType).filter((type) => typeof type === "number");
  const fields = types.flatMap((type) => [
    field(`plain_${type}`, 100 + type, type),
    field(`maybe_${type}`, 200 + type, type, {
      proto3Optional: true,
      oneofIndex: 1 + types.indexOf(type),
    }),
    field(`list_${type}`, 300 + type, type, { label: Label.REPEATED }),
    field(`loose_${type}`, 400 + type, type, {
      label: Label.REPEATED,
      options: { packed: false },
    }),
    field(`choice_${type}`, 500 + type, type, { oneofIndex: 0 }),
  ]);
  const self = { typeName: ".Every" };
  const maps = types
    .filter((type) => !noKeys.has(type))
    .map((type) => ({
      name: `Map${type}Entry`,
      options: { mapEntry: true },
      field: [field("key", 1, type), field("value", 2, FieldType.MESSAGE, self)],
    }));
  const mapFields = maps.map(({ name }, index) =>
    field(name.replace("Entry", "").toLowerCase(), 600 + index, FieldType.MESSAGE, {
      label: Label.REPEATED,
      typeName: `.Every.${name}`,
    }),
  );
  const file = create(FileDescriptorProtoSchema, {
    name: "every.proto",
    syntax: "proto3",
    messageType: [
      {
        name: "Every",
        field: [
          ...fields,
          ...mapFields,
          field("itself", 1, FieldType.MESSAGE, self),
          field("several", 2, FieldType.MESSAGE, { ...self, label: Label.REPEATED }),
        ],
        nestedType: maps,
        oneofDecl: [{ name: "chosen" }, ...types.map((type) => ({ name: `_maybe_${type}` }))],
      },
    ],
  });
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] }));
  return registry.getMessage("Every") as DescMessage;
}

function field(name: string, number: number, type: ScalarType | FieldType, more: object = {}) {
  const init = { name, number, type: type as number as FieldType, label: Label.OPTIONAL, ...more };
  return create(FieldDescriptorProtoSchema, init);
}

const integer = (min: number, max: number) =>
  fc.oneof(fc.integer({ min, max }), fc.constantFrom(0, min, max));
const long = (min: bigint, max: bigint) =>
  fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(0n, min, max));
const int32 = integer(-(2 ** 31), 2 ** 31 - 1);
const uint32 = integer(0, 2 ** 32 - 1);
const int64 = long(-(2n ** 63n), 2n ** 63n - 1n);
const uint64 = long(0n, 2n ** 64n - 1n);

const values: Readonly<Record<ScalarType, fc.Arbitrary<unknown>>> = {
  [ScalarType.DOUBLE]: fc.double(),
  [ScalarType.FLOAT]: fc.float(),
  [ScalarType.INT64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.INT32]: int32,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.BOOL]: fc.boolean(),
  [ScalarType.STRING]: fc.string({ unit: "grapheme", maxLength: 300 }),
  [ScalarType.BYTES]: fc.uint8Array({ maxLength: 200 }),
  [ScalarType.UINT32]: uint32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.SINT32]: int32,
  [ScalarType.SINT64]: int64,
};

const scalarTypes = Object.keys(values).map(Number) as ScalarType[];

function everyMessage(): fc.Arbitrary<Message> {
  const fields = scalarTypes.flatMap((type) => {
    const value = values[type];
    return [
      [`plain${type}`, value],
      [`maybe${type}`, fc.option(value, { nil: undefined })],
      [`list${type}`, fc.array(value, { maxLength: 4 })],
      [`loose${type}`, fc.array(value, { maxLength: 4 })],
    ] as const;
  });
  const chosen = fc.oneof(
    ...scalarTypes.map((type) => values[type].map((value) => ({ case: `choice${type}`, value }))),
  );
  return fc
    .record(Object.fromEntries([...fields, ["chosen", chosen]]), { requiredKeys: [] })
    .map((init) => create(everything, init));
}

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

  test("gives bytes of their own each time", () => {
    const first = encodeMessage(NoteSchema, create(NoteSchema, { text: "first" }));
    const copy = Uint8Array.from(first);
    encodeMessage(NoteSchema, create(NoteSchema, { text: "second" }));
    expect(first).toEqual(copy);
  });
});
