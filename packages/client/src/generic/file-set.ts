/** Makes descriptors of files as compilers and servers hand them out. */
import {
  create,
  createFileRegistry,
  type DescFile,
  type DescService,
  type FileRegistry,
} from "@bufbuild/protobuf";
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";

/**
 * Puts files in the order of their imports. Those of Protobuf itself may be missing.
 *
 * @throws Error naming the import that is not there, or what in a file is wrong.
 */
export function registryOf(files: Iterable<FileDescriptorProto>): FileRegistry {
  const byName = new Map([...files].map((file) => [file.name, file]));
  const ordered: FileDescriptorProto[] = [];
  const seen = new Set<string>();
  const add = (file: FileDescriptorProto) => {
    if (seen.has(file.name)) return;
    seen.add(file.name);
    for (const name of file.dependency) {
      const imported = byName.get(name) ?? wellKnown.get(name);
      if (imported === undefined) throw new Error(`${file.name} imports ${name}, which is missing`);
      add(imported);
    }
    file.messageType.forEach(nameForJson);
    ordered.push(file);
  };
  for (const file of byName.values()) add(file);
  return createFileRegistry(create(FileDescriptorSetSchema, { file: ordered }));
}

/** Imports of `files` that are neither among them nor of Protobuf itself. */
export function missingImports(files: ReadonlyMap<string, FileDescriptorProto>): string[] {
  const named = [...files.values()].flatMap(({ dependency }) => dependency);
  return [...new Set(named)].filter((name) => !files.has(name) && !wellKnown.has(name));
}

/** All services of a registry. */
export function servicesOf(registry: FileRegistry): DescService[] {
  return [...registry].filter((type) => type.kind === "service");
}

/** Compilers say how fields are called in JSON; some servers leave it out. */
function nameForJson(message: DescriptorProto): void {
  for (const field of message.field) {
    if (field.jsonName === "") field.jsonName = protoCamelCase(field.name);
  }
  message.nestedType.forEach(nameForJson);
}

const builtIn: readonly DescFile[] = [
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
];
const wellKnown: ReadonlyMap<string, FileDescriptorProto> = new Map(
  builtIn.map(({ proto }) => [proto.name, proto]),
);
