/** Readers of the fields of messages, made from their descriptors. */
import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { type Fields, type FindDecoder, type ReadField, readInner } from "./inner-message.js";
import { mapReader } from "./map-reader.js";
import { type ReadValue, scalarReader } from "./scalar-reader.js";
import { scalarWireType } from "./scalar-writer.js";

/** The reader of fields with one tag. */
export interface TaggedReader {
  readonly tag: number;
  readonly read: ReadField;
}

/** The readers of a field: one, or two if it may be packed or not. */
export function fieldReaders(field: DescField, find: FindDecoder): readonly TaggedReader[] {
  const { number } = field;
  switch (field.fieldKind) {
    case "map":
      return [delimited(number, mapReader(field, find))];
    case "message":
      return [delimited(number, messageReader(field, find))];
    case "list":
      return listReaders(field, find);
    case "enum":
      return [tagged(number, WireType.Varint, enumReader(field))];
    default: {
      const read = scalarReader(field.scalar, field.longAsString);
      return [tagged(number, scalarWireType(field.scalar), valueReader(field, read))];
    }
  }
}

function tagged(number: number, wireType: WireType, read: ReadField): TaggedReader {
  return { tag: ((number << 3) | wireType) >>> 0, read };
}

function delimited(number: number, read: ReadField): TaggedReader {
  return tagged(number, WireType.LengthDelimited, read);
}

function valueReader({ localName: name, oneof }: DescField, read: ReadValue): ReadField {
  if (oneof === undefined) {
    return (message, cursor) => {
      message[name] = read(cursor);
    };
  }
  const { localName } = oneof;
  return (message, cursor) => {
    message[localName] = { case: name, value: read(cursor) };
  };
}

/** A closed enum takes no values that it does not have. */
function enumReader(field: DescField & { fieldKind: "enum" }): ReadField {
  if (field.enum.open) return valueReader(field, readInt32);
  const known = new Set(field.enum.values.map(({ number }) => number));
  return valueReader(field, (cursor) => {
    const value = cursor.uint32() | 0;
    if (!known.has(value)) cursor.giveUp();
    return value;
  });
}

/** A message that comes more than once is one message, put together. */
function messageReader(
  { localName: name, oneof, message: schema }: DescField & { fieldKind: "message" },
  find: FindDecoder,
): ReadField {
  const decoder = find(schema);
  if (oneof === undefined) {
    return (message, cursor) => {
      const inner = (message[name] as Fields | undefined) ?? decoder.make();
      readInner(decoder, inner, cursor);
      message[name] = inner;
    };
  }
  const { localName } = oneof;
  return (message, cursor) => {
    const chosen = message[localName] as { case?: string; value?: unknown };
    const inner = chosen.case === name ? (chosen.value as Fields) : decoder.make();
    readInner(decoder, inner, cursor);
    message[localName] = { case: name, value: inner };
  };
}

function listReaders(
  field: DescField & { fieldKind: "list" },
  find: FindDecoder,
): readonly TaggedReader[] {
  const { localName: name, number } = field;
  if (field.listKind === "message") {
    const decoder = find(field.message);
    const readMessage: ReadField = (message, cursor) => {
      const item = decoder.make();
      readInner(decoder, item, cursor);
      (message[name] as unknown[]).push(item);
    };
    return [delimited(number, readMessage)];
  }
  const type = field.listKind === "enum" ? ScalarType.INT32 : field.scalar;
  const longAsString = field.listKind === "scalar" && field.longAsString;
  const read = scalarReader(type, longAsString);
  const readOne: ReadField = (message, cursor) => {
    (message[name] as unknown[]).push(read(cursor));
  };
  const wireType = scalarWireType(type);
  const loose = tagged(number, wireType, readOne);
  return wireType === WireType.LengthDelimited
    ? [loose]
    : [loose, delimited(number, packedReader(name, read))];
}

function packedReader(name: string, read: ReadValue): ReadField {
  return (message, cursor) => {
    const items = message[name] as unknown[];
    const end = cursor.uint32() + cursor.at;
    if (end > cursor.end) cursor.giveUp();
    while (cursor.at < end) items.push(read(cursor));
    if (cursor.at > end) cursor.giveUp();
  };
}

const readInt32: ReadValue = (cursor) => cursor.uint32() | 0;
