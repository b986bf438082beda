/** Values of scalar types, written in the forms that protobuf-es has for them. */
import { protoInt64, ScalarType } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import type { WireWriter } from "./wire-writer.js";

/** Writes one value. @throws Error if it is not of the type. */
export type WriteValue = (writer: WireWriter, value: unknown) => void;

/** The writer of a type. */
export function scalarWriter(type: ScalarType): WriteValue {
  return writers[type] as WriteValue;
}

/** How values of a type are told apart on the wire. */
export function scalarWireType(type: ScalarType): WireType {
  if (type === ScalarType.STRING || type === ScalarType.BYTES) return WireType.LengthDelimited;
  if (bits64.has(type)) return WireType.Bit64;
  return bits32.has(type) ? WireType.Bit32 : WireType.Varint;
}

/** The key of a map's entry, which JavaScript has as a string. @throws Error if it is not of the type. */
export function mapKeyFrom(type: ScalarType, key: string): unknown {
  if (type === ScalarType.STRING) return key;
  if (type === ScalarType.BOOL) {
    if (key !== "true" && key !== "false") throw new TypeError("not a boolean");
    return key === "true";
  }
  if (unsigned64.has(type)) return protoInt64.uParse(key);
  return signed64.has(type) ? protoInt64.parse(key) : Number.parseInt(key, 10);
}

const bits64 = new Set([ScalarType.DOUBLE, ScalarType.FIXED64, ScalarType.SFIXED64]);
const bits32 = new Set([ScalarType.FLOAT, ScalarType.FIXED32, ScalarType.SFIXED32]);
const unsigned64 = new Set([ScalarType.UINT64, ScalarType.FIXED64]);
const signed64 = new Set([ScalarType.INT64, ScalarType.SFIXED64, ScalarType.SINT64]);

type Integer = string | number | bigint;

const writers: Readonly<Record<ScalarType, WriteValue>> = {
  [ScalarType.STRING]: (writer, value) => writer.string(value as string),
  [ScalarType.BYTES]: (writer, value) => writer.bytes(value as Uint8Array),
  [ScalarType.BOOL]: (writer, value) => writer.bool(value as boolean),
  [ScalarType.DOUBLE]: (writer, value) => writer.double(value as number),
  [ScalarType.FLOAT]: (writer, value) => writer.float(value as number),
  [ScalarType.INT32]: (writer, value) => writer.int32(value as number),
  [ScalarType.UINT32]: (writer, value) => writer.uint32(value as number),
  [ScalarType.SINT32]: (writer, value) => writer.sint32(value as number),
  [ScalarType.FIXED32]: (writer, value) => writer.fixed32(value as number),
  [ScalarType.SFIXED32]: (writer, value) => writer.sfixed32(value as number),
  [ScalarType.INT64]: (writer, value) => writer.int64(value as Integer),
  [ScalarType.UINT64]: (writer, value) => writer.uint64(value as Integer),
  [ScalarType.SINT64]: (writer, value) => writer.sint64(value as Integer),
  [ScalarType.FIXED64]: (writer, value) => writer.fixed64(value as Integer),
  [ScalarType.SFIXED64]: (writer, value) => writer.sfixed64(value as Integer),
};
