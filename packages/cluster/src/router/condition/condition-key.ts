import { show } from "@thrice/core";

/** What a condition asks for. */
export type ConditionKey =
  | { readonly kind: "method" }
  | { readonly kind: "interface" }
  /** A field of the request, by path of names or by position. */
  | { readonly kind: "argument"; readonly path: readonly string[] | number }
  | { readonly kind: "attachment"; readonly name: string }
  /** Of this side before `=>`, of the endpoint behind it. */
  | { readonly kind: "param"; readonly name: string };

/**
 * Reads the left side of a condition. `side` is where it stands: only before `=>` is there a call to ask.
 *
 * @returns what is wrong with it, as text, if something is.
 */
export function parseConditionKey(text: string, side: "from" | "to"): ConditionKey | string {
  const [, base = text, inner] = /^([^[\]]*)\[([^[\]]*)\]$/.exec(text) ?? [];
  const asksCall = ["method", "methods", "interface", "arguments", "attachments"].includes(base);
  if (asksCall && side === "to") {
    return `${base} is of the call and has no place among conditions of endpoints`;
  }
  if (base === "arguments") return parseArgument(inner);
  if (base === "attachments") return parseAttachment(inner);
  if (/[[\]]/.test(text))
    return `${show(text)} is no key; brackets follow arguments and attachments`;
  if (base === "method" || base === "methods") return { kind: "method" };
  if (base === "interface") return { kind: "interface" };
  return { kind: "param", name: text };
}

function parseArgument(inner: string | undefined): ConditionKey | string {
  if (inner !== undefined && /^\d{1,9}$/.test(inner))
    return { kind: "argument", path: Number(inner) };
  const path = inner?.split(".") ?? [""];
  if (path.every((name) => /^[A-Za-z_]\w*$/.test(name))) return { kind: "argument", path };
  return "arguments needs a field of the request: arguments[0], arguments[name], arguments[user.name]";
}

function parseAttachment(inner: string | undefined): ConditionKey | string {
  if (inner !== undefined && /^[\w!#$%'*+.^`|~-]+$/.test(inner)) {
    return { kind: "attachment", name: inner };
  }
  return "attachments needs the name of one, as in attachments[dubbo.tag]";
}
