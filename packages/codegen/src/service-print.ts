import type { DescService } from "@bufbuild/protobuf";
import type { GeneratedFile } from "@bufbuild/protoplugin";
import type { ServiceNames } from "./service-names.js";
import type { Symbols } from "./symbols.js";

/** What printing the code of one service needs. */
export interface ServicePrint {
  readonly f: GeneratedFile;
  readonly service: DescService;
  readonly names: ServiceNames;
  readonly symbols: Symbols;
}
