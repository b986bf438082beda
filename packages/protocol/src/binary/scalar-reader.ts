/** Values of scalar types, read in the forms that protobuf-es has for them. */
import { protoInt64, ScalarType } from "@bufbuild/protobuf";
import type { WireCursor } from "./wire-cursor.js";

/** Reads one value. */
export type ReadValue = (cursor: WireCursor) => unknown;

/** The reader of a type. */
export function scalarReader(type: ScalarType, longAsString: boolean): ReadValue {
  const read = readers[type];
  return longAsString && isLong(type) ? (cursor) => String(read(cursor)) : read;
}

/** The value of a type that stands for one that is not there, made anew if it can be changed. */
export function scalarZero(type: ScalarType): () => unknown {
  if (isLong(type)) return () => protoInt64.zero;
  switch (type) {
    case ScalarType.STRING:
      return () => "";
    case ScalarType.BOOL:
      return () => false;
    case ScalarType.BYTES:
      return () => new Uint8Array(0);
    default:
      return () => 0;
  }
}

function isLong(type: ScalarType): boolean {
  return longs.has(type);
}

const longs = new Set([
  ScalarType.INT64,
  ScalarType.UINT64,
  ScalarType.SINT64,
  ScalarType.FIXED64,
  ScalarType.SFIXED64,
]);

const readers: Readonly<Record<ScalarType, ReadValue>> = {
  [ScalarType.STRING]: (cursor) => cursor.text(),
  [ScalarType.BYTES]: (cursor) => cursor.view(),
  [ScalarType.BOOL]: (cursor) => cursor.bool(),
  [ScalarType.DOUBLE]: (cursor) => cursor.double(),
  [ScalarType.FLOAT]: (cursor) => cursor.float(),
  [ScalarType.INT32]: (cursor) => cursor.uint32() | 0,
  [ScalarType.UINT32]: (cursor) => cursor.uint32(),
  [ScalarType.SINT32]: (cursor) => cursor.sint32(),
  [ScalarType.FIXED32]: (cursor) => cursor.fixed32(),
  [ScalarType.SFIXED32]: (cursor) => cursor.sfixed32(),
  [ScalarType.INT64]: (cursor) => cursor.int64(),
  [ScalarType.UINT64]: (cursor) => cursor.uint64(),
  [ScalarType.SINT64]: (cursor) => cursor.sint64(),
  [ScalarType.FIXED64]: (cursor) => cursor.fixed64(),
  [ScalarType.SFIXED64]: (cursor) => cursor.sfixed64(),
};
