/** The plugin as a value: a function from a code generator request to its answer. */
import { create } from "@bufbuild/protobuf";
import { type CodeGeneratorRequest, CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin, type Plugin } from "@bufbuild/protoplugin";
import { assertMethodNames } from "./method-names.js";
import { printServiceFile } from "./service-file.js";
import { version } from "./version.js";

const name = "protoc-gen-thrice";

/**
 * Writes `<file>_thrice.ts` for every file that has a service.
 *
 * It takes the options of protoc-gen-es that concern where and how files are written. Unlike there,
 * the target is TypeScript unless the options name another.
 *
 * @throws Error if an option is unknown or wrong, or a method's name cannot be used; the text says which.
 */
export const protocGenThrice: Plugin = {
  name,
  version,
  // Anew for every run: protoplugin 2.17 remembers the targets of the runs before.
  run: (request) => createPlugin().run(withDefaultTarget(request)),
};

function createPlugin(): Plugin {
  return createEcmaScriptPlugin({
    name,
    version,
    parseOptions: rejectUnknownOptions,
    generateTs(schema) {
      assertMethodNames(schema.files);
      // A file without services stays empty, and the framework drops it unless keep_empty_files is set.
      for (const file of schema.files) {
        printServiceFile(schema.generateFile(`${file.name}_thrice.ts`), file);
      }
    },
  });
}

function withDefaultTarget(request: CodeGeneratorRequest): CodeGeneratorRequest {
  const options = request.parameter.split(",").filter((option) => option !== "");
  if (options.some((option) => option.startsWith("target="))) return request;
  return create(CodeGeneratorRequestSchema, {
    fileToGenerate: request.fileToGenerate,
    parameter: ["target=ts", ...options].join(","),
    protoFile: request.protoFile,
    sourceFileDescriptors: request.sourceFileDescriptors,
    compilerVersion: request.compilerVersion,
  });
}

const knownOptions = [
  "target",
  "import_extension",
  "js_import_style",
  "keep_empty_files",
  "ts_nocheck",
  "elide_plugin_version",
  "rewrite_imports",
  "map_imports",
];

/** The framework takes the options it knows and hands over the rest; we have none of our own. */
function rejectUnknownOptions(unknown: readonly { key: string; value: string }[]): object {
  if (unknown.length === 0) return {};
  throw new Error(`unknown to protoc-gen-thrice; known: ${knownOptions.join(", ")}`);
}
