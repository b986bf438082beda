import type { DescMethod } from "@bufbuild/protobuf";
import type { Printable } from "@bufbuild/protoplugin";
import { functionDoc, serviceDoc } from "./doc-comment.js";
import { givesStream, globalType, initType, printMethods, takesStream } from "./method-code.js";
import type { ServicePrint } from "./service-print.js";

/** Prints the client interface of a service and the function that makes one. */
export function printClient(print: ServicePrint): void {
  printInterface(print);
  print.f.print();
  printFunction(print);
}

function printInterface(print: ServicePrint): void {
  const { f, service, names, symbols } = print;
  const made = `Calls \`${service.typeName}\`; {@link ${names.newClient}} makes one.`;
  f.print(f.jsDoc(serviceDoc(service, made, thenRemark(print))));
  f.print(f.export("interface", names.client), " {");
  printMethods(
    f,
    service.methods.map((method) => ({
      method,
      side: "client",
      parameters: [requestParameter(print, method), ["options?: ", symbols.callOptions]],
      result: resultType(print, method),
    })),
  );
  f.print("}");
}

function printFunction({ f, service, names, symbols }: ServicePrint): void {
  const client = symbols.plain("client");
  const options = symbols.plain("options");
  const throws = "@throws TypeError or RangeError if an option is wrong; the text names it.";
  f.print(f.jsDoc(functionDoc(service, `Makes a client of \`${service.typeName}\`.`, throws)));
  f.print`${f.export("function", names.newClient)}(`;
  f.print`  ${client}: ${symbols.stubHost},`;
  f.print`  ${options}?: ${symbols.serviceOptions}<keyof ${names.client}>,`;
  f.print`): ${names.client} {`;
  f.print`  return ${symbols.newStub}(${client}, ${f.importSchema(service)}, ${options});`;
  f.print`}`;
}

function requestParameter(print: ServicePrint, method: DescMethod): Printable {
  const request = initType(print, method.input);
  return takesStream(method)
    ? ["requests: ", globalType(print, "AsyncIterable", request)]
    : ["request: ", request];
}

function resultType(print: ServicePrint, method: DescMethod): Printable {
  const answer = print.f.importShape(method.output);
  return globalType(print, givesStream(method) ? "AsyncIterable" : "Promise", answer);
}

/** Awaiting an object calls its `then`. */
function thenRemark({ service }: ServicePrint): string {
  if (!service.methods.some((method) => method.localName === "then")) return "";
  return "Never await the client itself, nor return it from an async function: JavaScript would call its `then`.";
}
