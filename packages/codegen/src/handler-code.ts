import type { DescMethod } from "@bufbuild/protobuf";
import type { Printable } from "@bufbuild/protoplugin";
import { functionDoc, serviceDoc } from "./doc-comment.js";
import { givesStream, globalType, initType, printMethods, takesStream } from "./method-code.js";
import type { ServicePrint } from "./service-print.js";

/** Prints the handler interface of a service and the function that registers one. */
export function printHandler(print: ServicePrint): void {
  printInterface(print);
  print.f.print();
  printFunction(print);
}

function printInterface(print: ServicePrint): void {
  const { f, service, names, symbols } = print;
  const taken = `Answers calls of \`${service.typeName}\`; {@link ${names.registerHandler}} takes one.`;
  f.print(f.jsDoc(serviceDoc(service, taken)));
  f.print(f.export("interface", names.handler), " {");
  printMethods(
    f,
    service.methods.map((method) => ({
      method,
      side: "handler",
      parameters: [requestParameter(print, method), ["context: ", symbols.handlerContext]],
      result: resultType(print, method),
    })),
  );
  f.print("}");
}

function printFunction({ f, service, names, symbols }: ServicePrint): void {
  const server = symbols.plain("server");
  const handler = symbols.plain("handler");
  const options = symbols.plain("options");
  const throws =
    "@throws Error if the server has the service already; TypeError if a method is no function.";
  f.print(f.jsDoc(functionDoc(service, `Makes a server answer \`${service.typeName}\`.`, throws)));
  const descriptor = f.importSchema(service);
  f.print`${f.export("function", names.registerHandler)}(`;
  f.print`  ${server}: ${symbols.serviceHost},`;
  f.print`  ${handler}: ${names.handler},`;
  f.print`  ${options}?: ${symbols.handlerOptions},`;
  f.print`): void {`;
  f.print`  ${symbols.registerHandler}(${server}, ${descriptor}, ${handler}, ${options});`;
  f.print`}`;
}

function requestParameter(print: ServicePrint, method: DescMethod): Printable {
  const request = print.f.importShape(method.input);
  return takesStream(method)
    ? ["requests: ", globalType(print, "AsyncIterable", request)]
    : ["request: ", request];
}

function resultType(print: ServicePrint, method: DescMethod): Printable {
  const answer = initType(print, method.output);
  return givesStream(method)
    ? globalType(print, "AsyncIterable", answer)
    : [globalType(print, "Promise", answer), " | ", answer];
}
