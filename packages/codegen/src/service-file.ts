import type { DescFile } from "@bufbuild/protobuf";
import type { GeneratedFile } from "@bufbuild/protoplugin";
import { printClient } from "./client-code.js";
import { printHandler } from "./handler-code.js";
import { serviceNames } from "./service-names.js";
import { symbolsOf } from "./symbols.js";

/** Prints the generated file of a proto file: for each service its client, then its handler. */
export function printServiceFile(f: GeneratedFile, file: DescFile): void {
  f.preamble(file);
  const symbols = symbolsOf(f, file);
  for (const [service, names] of serviceNames(file)) {
    if (service !== file.services[0]) f.print();
    printClient({ f, service, names, symbols });
    f.print();
    printHandler({ f, service, names, symbols });
  }
}
