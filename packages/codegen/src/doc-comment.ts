/** The text of docstrings: what the schema says, what we add, and the tags. */
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Level } from "@bufbuild/protobuf/wkt";
import { getComments } from "@bufbuild/protoplugin";

/** Which of the two interfaces a docstring stands in. */
export type Side = "client" | "handler";

/** The docstring of an interface: the comment of the service, then `remarks`. */
export function serviceDoc(service: DescService, ...remarks: string[]): string {
  return joinDoc([commentOf(service), ...remarks], tagsOf(service));
}

/** The docstring of a function: `text`, and lines such as `@throws` that stand above the tags. */
export function functionDoc(service: DescService, text: string, ...lines: string[]): string {
  return joinDoc([text], [...lines, ...tagsOf(service)]);
}

/** The docstring of a method, with what its idempotency level means to the given side. */
export function methodDoc(method: DescMethod, side: Side): string {
  return joinDoc([commentOf(method), idempotencyRemark(method, side)], tagsOf(method));
}

function joinDoc(paragraphs: readonly string[], tags: readonly string[]): string {
  return [...paragraphs, tags.join("\n")].filter((paragraph) => paragraph !== "").join("\n\n");
}

/** What stands before the element in the proto, then what stands behind it. */
function commentOf(desc: DescService | DescMethod): string {
  const { leading, trailing } = getComments(desc);
  return [leading, trailing]
    .map((comment) => (comment ?? "").replace(/^ /gm, "").replace(/^\n+|\s+$/g, ""))
    .filter((comment) => comment !== "")
    .join("\n\n");
}

function tagsOf(desc: DescService | DescMethod): string[] {
  const source = `@generated from ${desc}`;
  return isDeprecated(desc) ? [source, "@deprecated"] : [source];
}

/** A deprecated file deprecates its services; their methods are reached through them only. */
function isDeprecated(desc: DescService | DescMethod): boolean {
  return desc.deprecated || (desc.kind === "service" && desc.file.deprecated);
}

function idempotencyRemark(method: DescMethod, side: Side): string {
  if (method.idempotency === Level.IDEMPOTENCY_UNKNOWN) return "";
  const level = Level[method.idempotency];
  return side === "client"
    ? `Declared ${level}: by default, a failed attempt is repeated even if a handler may have seen it.`
    : `Declared ${level}: the same request may come more than once.`;
}
