import { createRegistry, type DescFile, type DescService, type Registry } from "@bufbuild/protobuf";

/** The types that an `Any` in JSON may hold: those of the service's file, and of all files that it imports. */
export function jsonTypesOf({ file }: DescService): Registry {
  const files = new Set<DescFile>();
  addFiles(files, file);
  return createRegistry(...files);
}

function addFiles(files: Set<DescFile>, file: DescFile): void {
  if (files.has(file)) return;
  files.add(file);
  for (const imported of file.dependencies) addFiles(files, imported);
}
