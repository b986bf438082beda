import type { DescMessage, DescMethod } from "@bufbuild/protobuf";
import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";
import { methodDoc, type Side } from "./doc-comment.js";
import type { ServicePrint } from "./service-print.js";

/** A method of a generated interface. */
export interface MethodCode {
  readonly method: DescMethod;
  readonly side: Side;
  /** Each as `name: Type`. */
  readonly parameters: readonly Printable[];
  readonly result: Printable;
}

/** Prints the methods of an interface, with an empty line between two. */
export function printMethods(f: GeneratedFile, methods: readonly MethodCode[]): void {
  for (const [index, code] of methods.entries()) {
    if (index > 0) f.print();
    f.print(f.jsDoc(methodDoc(code.method, code.side), "  "));
    f.print("  ", propertyName(code.method), "(");
    for (const parameter of code.parameters) f.print("    ", parameter, ",");
    f.print("  ): ", code.result, ";");
  }
}

/** Whether a method takes many requests. */
export function takesStream(method: DescMethod): boolean {
  return method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming";
}

/** Whether a method gives many answers. */
export function givesStream(method: DescMethod): boolean {
  return method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
}

/** The type that accepts a message or a plain object with its fields. */
export function initType({ f, symbols }: ServicePrint, message: DescMessage): Printable {
  return [symbols.messageInit, "<typeof ", f.importSchema(message, true), ">"];
}

/** The type `name<of>` of a global. */
export function globalType(
  { symbols }: ServicePrint,
  name: "Promise" | "AsyncIterable",
  of: Printable,
): Printable {
  return [symbols.plain(name), "<", of, ">"];
}

/** In an interface, `new(…)` would mean that the object is a constructor. */
function propertyName(method: DescMethod): string {
  return method.localName === "new" ? '"new"' : method.localName;
}
