/** A message type that has everything that a field can be, made from no .proto, and messages of it. */
import {
  create,
  createFileRegistry,
  type DescMessage,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import {
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Type as FieldType,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  FieldDescriptorProto_Label as Label,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";

/** Types that no key of a map has. */
export const noKeys = new Set([ScalarType.DOUBLE, ScalarType.FLOAT, ScalarType.BYTES]);

/** A type with a field of each scalar type in each place, maps with each type of key, and itself. */
export const everything = everyScalar();

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
  const scalarMaps = types.map((type) => ({
    name: `Scalar${type}Entry`,
    options: { mapEntry: true },
    field: [field("key", 1, FieldType.STRING), field("value", 2, type)],
  }));
  const mapFields = [...maps, ...scalarMaps].map(({ name }, index) =>
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
        nestedType: [...maps, ...scalarMaps],
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

export const scalarTypes = Object.keys(values).map(Number) as ScalarType[];

/** Messages of that type with any scalars, and none in maps or in itself. */
export function everyMessage(): fc.Arbitrary<Message> {
  const fields = scalarTypes.flatMap((type) => {
    const value = values[type];
    return [
      [`plain${type}`, value],
      [`maybe${type}`, fc.option(value, { nil: undefined })],
      [`list${type}`, fc.array(value, { maxLength: 4 })],
      [`scalar${type}`, fc.dictionary(fc.string(), value, { maxKeys: 2, noNullPrototype: true })],
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
