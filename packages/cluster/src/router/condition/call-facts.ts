/** What conditions may ask of a call, as text. */
import type { DescField, DescMessage, DescMethod, Message } from "@bufbuild/protobuf";
import type { LiveEndpoint, RoutedCall } from "@thrice/core";
import type { ConsumerFacts } from "../consumer.js";
import type { ConditionKey } from "./condition-key.js";

/** What a key before `=>` stands for; undefined if there is nothing. */
export function callFact(
  key: ConditionKey,
  call: RoutedCall,
  consumer: ConsumerFacts,
): string | readonly string[] | undefined {
  const { method } = call;
  switch (key.kind) {
    case "method":
      return namesOf(method);
    case "interface":
      return method.parent.typeName;
    case "argument":
      return call.message && argument(call.message, method.input, key.path);
    case "attachment":
      return call.header?.get(key.name) ?? undefined;
    case "param":
      return consumer(key.name);
  }
}

/** What a key behind `=>` stands for: place, zone and parameters of the endpoint; undefined if there is nothing. */
export function endpointFact(key: ConditionKey, endpoint: LiveEndpoint): string | undefined {
  if (key.kind !== "param") return undefined;
  const { address, id, zone } = endpoint;
  switch (key.name) {
    case "address":
      return id;
    case "host":
      return "host" in address ? address.host : undefined;
    case "port":
      return "port" in address ? String(address.port) : undefined;
    case "zone":
      return zone === "" ? undefined : zone;
    default:
      return Object.hasOwn(address.params, key.name) ? address.params[key.name] : undefined;
  }
}

const names = new WeakMap<DescMethod, readonly string[]>();

/** As the proto has it, and as generated code has it. */
function namesOf(method: DescMethod): readonly string[] {
  let both = names.get(method);
  if (both === undefined) {
    both = method.name === method.localName ? [method.name] : [method.name, method.localName];
    names.set(method, both);
  }
  return both;
}

function argument(
  message: Message,
  type: DescMessage,
  path: readonly string[] | number,
): string | undefined {
  if (typeof path === "number") {
    const field = type.fields[path];
    return field === undefined ? undefined : textOf(fieldValue(message, field), field);
  }
  let holder: unknown = message;
  let fields = type.fields;
  for (const [at, name] of path.entries()) {
    const field = fields.find((one) => one.name === name || one.localName === name);
    if (field === undefined || typeof holder !== "object" || holder === null) return undefined;
    holder = fieldValue(holder, field);
    if (at === path.length - 1) return textOf(holder, field);
    fields = field.message?.fields ?? [];
  }
  return undefined;
}

function fieldValue(message: object, { oneof, localName }: DescField): unknown {
  const fields = message as Record<string, unknown>;
  if (oneof === undefined) return fields[localName];
  const choice = fields[oneof.localName] as { case?: string; value?: unknown } | undefined;
  return choice?.case === localName ? choice.value : undefined;
}

/** Enums have the names of their values; lists, maps, bytes and messages are no text. */
function textOf(value: unknown, field: DescField): string | undefined {
  if (field.enum !== undefined && typeof value === "number") {
    return field.enum.value[value]?.name ?? String(value);
  }
  if (typeof value === "string") return value;
  const isPlain = ["number", "bigint", "boolean"].includes(typeof value);
  return isPlain ? String(value) : undefined;
}
