/** The golden cases: folders of testdata, each a root of its own for buf. */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { create, fromBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { protocGenThrice } from "../../src/plugin.js";

/** The root of the workspace. */
export const workspace = resolve(import.meta.dirname, "../../../..");

const testdata = resolve(import.meta.dirname, "../../testdata");

/** The cases whose expected output stands in a `gen` folder, or that expect none. */
export const goldenCases: readonly { name: string; parameter: string }[] = [
  ...[
    "kinds",
    "imports",
    "comments",
    "deprecated",
    "method-names",
    "service-names",
    "shadowing",
    "syntaxes",
    "no-services",
  ].map((name) => ({ name, parameter: "target=ts,import_extension=js" })),
  { name: "javascript", parameter: "target=js+dts,import_extension=js" },
];

/** The folder of a case. */
export function caseFolder(name: string): string {
  return join(testdata, name);
}

/** Runs the plugin in this process and returns what it writes, by path. */
export function runPlugin(name: string, parameter: string): Record<string, string> {
  const response = protocGenThrice.run(requestOf(name, parameter));
  return Object.fromEntries(response.file.map((file) => [file.name, file.content]));
}

/** The expected output of the plugin, by path. */
export function expectedOutput(name: string): Record<string, string> {
  const folder = join(caseFolder(name), "gen");
  if (!existsSync(folder)) return {};
  const paths = globSync("**/*_thrice.{ts,js,d.ts}", { cwd: folder });
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/** Runs buf in the root of the workspace. */
export function buf(...args: string[]): Buffer {
  return execFileSync(join(workspace, "node_modules/.bin/buf"), args, {
    cwd: workspace,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Makes buf take a case's folder for a module, though the workspace's buf.yaml does not name it. */
export const bufConfig = JSON.stringify({ version: "v2" });

/** The request that buf would send for all files of a case. */
export function requestOf(name: string, parameter: string): CodeGeneratorRequest {
  const folder = caseFolder(name);
  const image = buf("build", folder, "--config", bufConfig, "-o", "-");
  return create(CodeGeneratorRequestSchema, {
    fileToGenerate: globSync("**/*.proto", { cwd: folder }).sort(),
    parameter,
    protoFile: fromBinary(FileDescriptorSetSchema, image).file,
  });
}
