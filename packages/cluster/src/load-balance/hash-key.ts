/** Reads out of a call what decides where it goes. */
import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { PickContext } from "@thrice/core";
import { show } from "@thrice/core";
import type { Md5 } from "./md5.js";

/** Adds the key of a call to a hash; false if the call has none. */
export type AddKey = (context: PickContext, md5: Md5) => boolean;

/** The key is the value of an attachment. */
export function keyOfHeader(name: string): AddKey {
  return ({ header }, md5) => {
    const value = header?.get(name) ?? null;
    if (value !== null) md5.add(value);
    return value !== null;
  };
}

/**
 * The key is made of fields of the request, one behind the other. A stream of requests has none.
 *
 * The function made throws a RangeError, at the first call of a method, if the request has no such field, or one that is no
 * single value.
 */
export function keyOfFields(names: readonly (string | number)[]): AddKey {
  let fields: readonly DescField[] | undefined;
  return ({ message, method }, md5) => {
    if (message === undefined) return false;
    fields ??= names.map((name, at) => findField(`fields[${at}]`, method.input, name));
    for (let at = 0; at < fields.length; at++) addField(md5, message, fields[at] as DescField);
    return true;
  };
}

function findField(option: string, type: DescMessage, name: string | number): DescField {
  const found =
    typeof name === "number"
      ? type.fields[name]
      : type.fields.find((field) => field.name === name || field.localName === name);
  if (found !== undefined && (found.fieldKind === "scalar" || found.fieldKind === "enum")) {
    return found;
  }
  const known = type.fields.map((field) => field.name).join(", ") || "none";
  throw new RangeError(
    `${option} must be a single value among the fields of ${type.typeName} (${known}), got ${show(name)}`,
  );
}

function addField(md5: Md5, message: Message, field: DescField): void {
  const value = readField(message as unknown as Record<string, unknown>, field);
  if (typeof value === "string") md5.add(value);
  else if (value instanceof Uint8Array) md5.addBytes(value);
  else if (value !== undefined) md5.add(String(value));
}

function readField(message: Record<string, unknown>, { oneof, localName }: DescField): unknown {
  if (oneof === undefined) return message[localName];
  const chosen = message[oneof.localName] as { case?: string; value?: unknown };
  return chosen.case === localName ? chosen.value : undefined;
}
