/** Readers of maps. An entry is a message with the fields `key` and `value`. */
import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { type Fields, type FindDecoder, type ReadField, readInner } from "./inner-message.js";
import { scalarReader, scalarZero } from "./scalar-reader.js";
import { scalarWireType } from "./scalar-writer.js";
import type { WireCursor } from "./wire-cursor.js";

type DescMap = DescField & { fieldKind: "map" };

/** How the values of a map are read. */
interface EntryValue {
  readonly wireType: WireType;
  /** Reads a value; `earlier` is one that the entry had already. */
  readonly read: (cursor: WireCursor, earlier: unknown) => unknown;
  readonly zero: () => unknown;
}

/** The reader of a map. */
export function mapReader(field: DescMap, find: FindDecoder): ReadField {
  const { localName: name, mapKey } = field;
  const readKey = scalarReader(mapKey, false);
  const zeroKey = scalarZero(mapKey);
  const keyTag = (1 << 3) | scalarWireType(mapKey);
  const value = entryValue(field, find);
  const valueTag = (2 << 3) | value.wireType;
  return (message, cursor) => {
    const end = cursor.uint32() + cursor.at;
    if (end > cursor.end) cursor.giveUp();
    let key: unknown;
    let found: unknown;
    while (cursor.at < end) {
      const tag = cursor.uint32();
      if (tag === keyTag) key = readKey(cursor);
      else if (tag === valueTag) found = value.read(cursor, found);
      else cursor.giveUp();
    }
    if (cursor.at > end) cursor.giveUp();
    const entries = message[name] as Fields;
    setOwn(entries, String(key ?? zeroKey()), found ?? value.zero());
  };
}

function entryValue(field: DescMap, find: FindDecoder): EntryValue {
  switch (field.mapKind) {
    case "message": {
      const decoder = find(field.message);
      const read = (cursor: WireCursor, earlier: unknown) => {
        const message = (earlier as Fields | undefined) ?? decoder.make();
        readInner(decoder, message, cursor);
        return message;
      };
      return { wireType: WireType.LengthDelimited, read, zero: () => decoder.make() };
    }
    case "enum": {
      const zero = field.enum.values[0]?.number;
      return {
        wireType: WireType.Varint,
        read: scalarReader(ScalarType.INT32, false),
        zero: () => zero,
      };
    }
    default:
      return {
        wireType: scalarWireType(field.scalar),
        read: scalarReader(field.scalar, false),
        zero: scalarZero(field.scalar),
      };
  }
}

/** A key that JavaScript has a use for is a key like any other. */
function setOwn(entries: Fields, key: string, value: unknown): void {
  if (key !== "__proto__") {
    entries[key] = value;
    return;
  }
  Object.defineProperty(entries, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
