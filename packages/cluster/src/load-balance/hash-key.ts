/** Reads out of a call what decides where it goes. */
import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { PickContext } from "@thrice/core";
import { show } from "@thrice/core";
import type { Md5 } from "./md5.js";

/** What decides where the calls of one method go. */
export interface HashKey {
  /** Adds the key of a call to a hash; false if the call has none. */
  addTo(md5: Md5, context: PickContext): boolean;
}

/** The key is the value of an attachment. */
export class HeaderKey implements HashKey {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  addTo(md5: Md5, { header }: PickContext): boolean {
    const value = header?.get(this.#name) ?? null;
    if (value !== null) md5.add(value);
    return value !== null;
  }
}

/** The key is made of fields of the request, one behind the other. A stream of requests has none. */
export class FieldsKey implements HashKey {
  readonly #names: readonly (string | number)[];
  #fields: readonly DescField[] | undefined = undefined;

  constructor(names: readonly (string | number)[]) {
    this.#names = names;
  }

  /** @throws RangeError if the method's request has no such field, or one that is no single value. */
  addTo(md5: Md5, { message, method }: PickContext): boolean {
    if (message === undefined) return false;
    this.#fields ??= this.#names.map((name, at) => findField(`fields[${at}]`, method.input, name));
    const fields = this.#fields;
    for (let at = 0; at < fields.length; at++) addField(md5, message, fields[at] as DescField);
    return true;
  }
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
