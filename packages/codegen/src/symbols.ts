/** Everything that generated code names without having made it. */
import type { DescFile } from "@bufbuild/protobuf";
import type { GeneratedFile, ImportSymbol } from "@bufbuild/protoplugin";

const contract = "@thrice/core/codegen-v1";

/** What the code of one generated file imports, and the plain names that imports must leave alone. */
export interface Symbols {
  readonly messageInit: ImportSymbol;
  readonly stubHost: ImportSymbol;
  readonly newStub: ImportSymbol;
  readonly serviceOptions: ImportSymbol;
  readonly callOptions: ImportSymbol;
  readonly serviceHost: ImportSymbol;
  readonly registerHandler: ImportSymbol;
  readonly handlerOptions: ImportSymbol;
  readonly handlerContext: ImportSymbol;
  /**
   * A global or a parameter. A message or service of that name is then imported under another one, so
   * that a message `Promise` does not hide the real one.
   */
  plain(
    name: "Promise" | "AsyncIterable" | "client" | "server" | "handler" | "options",
  ): ImportSymbol;
}

/** Makes the symbols of one file; only those that are printed are imported. */
export function symbolsOf(f: GeneratedFile, file: DescFile): Symbols {
  // To the framework, a symbol that comes from the file itself is a name taken, and needs no import.
  const itself = `./${file.name}_thrice.js`;
  return {
    messageInit: f.import("MessageInitShape", "@bufbuild/protobuf", true),
    stubHost: f.import("StubHost", contract, true),
    newStub: f.import("newStub", contract),
    serviceOptions: f.import("ServiceOptions", contract, true),
    callOptions: f.import("CallOptions", contract, true),
    serviceHost: f.import("ServiceHost", contract, true),
    registerHandler: f.import("registerHandler", contract),
    handlerOptions: f.import("HandlerOptions", contract, true),
    handlerContext: f.import("HandlerContext", contract, true),
    plain: (name) => f.import(name, itself),
  };
}
