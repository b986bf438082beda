/** Writers of message types, made from their descriptors. */
import { type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { isWrapperDesc, FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { mapKeyFrom, scalarWireType, scalarWriter, type WriteValue } from "./scalar-writer.js";
import type { WireWriter } from "./wire-writer.js";

/** Writes the fields of a message, without a tag or length of its own. */
export type MessageWriter = (writer: WireWriter, message: Fields) => void;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether all fields of a type, and of the types in it, have messages as values where their schema says so, and nothing
 * that went out of use: required fields and groups.
 */
export function isWritable(schema: DescMessage, seen = new Set<DescMessage>()): boolean {
  if (seen.has(schema)) return true;
  seen.add(schema);
  return schema.fields.every((field) => {
    if (field.presence === Presence.LEGACY_REQUIRED) return false;
    if (field.message === undefined) return true;
    if ("delimitedEncoding" in field && field.delimitedEncoding) return false;
    const isUnwrapped = isWrapperDesc(field.message) || field.message.typeName === struct;
    return !isUnwrapped && isWritable(field.message, seen);
  });
}

const struct = "google.protobuf.Struct";

const writers = new WeakMap<DescMessage, MessageWriter>();

/** The writer of a type that is {@link isWritable}. What it writes of a wrong message, if it does not throw, is void. */
export function messageWriter(schema: DescMessage): MessageWriter {
  const known = writers.get(schema);
  if (known !== undefined) return known;
  const fields: MessageWriter[] = [];
  const write: MessageWriter = (writer, message) => {
    if (message.$typeName !== schema.typeName) throw new TypeError("another message");
    for (let i = 0; i < fields.length; i++) (fields[i] as MessageWriter)(writer, message);
    const unknown = message.$unknown as Message["$unknown"];
    if (unknown === undefined) return;
    for (const { no, wireType, data } of unknown) writer.tag(no, wireType).raw(data);
  };
  // Known before its fields are looked at, since a type may contain itself.
  writers.set(schema, write);
  for (const field of [...schema.fields].sort((a, b) => a.number - b.number)) {
    fields.push(fieldWriter(field));
  }
  return write;
}

function fieldWriter(field: DescField): MessageWriter {
  if (field.fieldKind === "list") return listWriter(field);
  if (field.fieldKind === "map") return mapWriter(field);
  const { localName: name, oneof } = field;
  const write = taggedWriter(field.number, valueWriter(field));
  if (oneof !== undefined) {
    return (writer, message) => {
      const chosen = message[oneof.localName] as { case?: string; value?: unknown };
      if (chosen.case === name) write(writer, chosen.value);
    };
  }
  if (field.presence === Presence.IMPLICIT) {
    const isZero = zeroOf(field);
    return (writer, message) => {
      const value = message[name];
      if (!isZero(value)) write(writer, value);
    };
  }
  return (writer, message) => {
    const value = message[name];
    // Defaults of proto2 stand in the prototype.
    if (value !== undefined && Object.hasOwn(message, name)) write(writer, value);
  };
}

function listWriter(field: DescField & { fieldKind: "list" }): MessageWriter {
  const { localName: name, number } = field;
  const value = valueWriter(field);
  if (!field.packed) {
    const write = taggedWriter(number, value);
    return (writer, message) => {
      for (const item of message[name] as readonly unknown[]) write(writer, item);
    };
  }
  return (writer, message) => {
    const items = message[name] as readonly unknown[];
    if (items.length === 0) return;
    writer.tag(number, WireType.LengthDelimited).fork();
    for (const item of items) value.write(writer, item);
    writer.join();
  };
}

function mapWriter(field: DescField & { fieldKind: "map" }): MessageWriter {
  const { localName: name, number, mapKey } = field;
  const writeKey = taggedWriter(1, scalarValue(mapKey));
  const writeValue = taggedWriter(2, valueWriter(field));
  return (writer, message) => {
    const entries = message[name] as Fields;
    for (const key of Object.keys(entries)) {
      writer.tag(number, WireType.LengthDelimited).fork();
      writeKey(writer, mapKeyFrom(mapKey, key));
      writeValue(writer, entries[key]);
      writer.join();
    }
  };
}

/** How one value is written, its tag left out. */
interface ValueWriter {
  readonly wireType: WireType;
  readonly write: WriteValue;
}

function valueWriter(field: DescField): ValueWriter {
  if (field.scalar !== undefined) return scalarValue(field.scalar);
  if (field.enum !== undefined) return scalarValue(ScalarType.INT32);
  const writeMessage = messageWriter(field.message as DescMessage);
  return {
    wireType: WireType.LengthDelimited,
    write: (writer, value) => {
      writer.fork();
      writeMessage(writer, value as Fields);
      writer.join();
    },
  };
}

function scalarValue(type: ScalarType): ValueWriter {
  return { wireType: scalarWireType(type), write: scalarWriter(type) };
}

function taggedWriter(number: number, { wireType, write }: ValueWriter): WriteValue {
  const tag = ((number << 3) | wireType) >>> 0;
  return (writer, value) => {
    writer.uint32(tag);
    write(writer, value);
  };
}

/** Whether a value of a field without presence is the one that is not written. */
function zeroOf(field: DescField): (value: unknown) => boolean {
  if (field.enum !== undefined) {
    const zero = field.enum.values[0]?.number;
    return (value) => value === zero;
  }
  switch (field.scalar) {
    case ScalarType.BOOL:
      return (value) => value === false;
    case ScalarType.STRING:
      return (value) => value === "";
    case ScalarType.BYTES:
      return (value) => value instanceof Uint8Array && value.byteLength === 0;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return (value) => Object.is(value, 0); // -0 is written
    default:
      return (value) => value === 0 || value === 0n || value === "0";
  }
}
