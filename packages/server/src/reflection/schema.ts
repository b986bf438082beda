/** The schema of what a server serves, as tools ask for it. */
import { createRegistry, type DescFile, type Registry, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** All files that some services need, and what stands in them. */
export class Schema {
  readonly #files = new Map<string, DescFile>();
  readonly #registry: Registry;

  constructor(files: Iterable<DescFile>) {
    for (const file of files) this.#add(file);
    this.#registry = createRegistry(...this.#files.values());
  }

  /** The file of this name, such as `greet/greet.proto`. */
  file(name: string): DescFile | undefined {
    return this.#files.get(name);
  }

  /** The file that declares this full name: of a type, or of something in one. */
  fileOf(symbol: string): DescFile | undefined {
    const found = this.#registry.get(symbol);
    if (found !== undefined) return found.file;
    const at = symbol.lastIndexOf(".");
    const parent = this.#registry.get(symbol.slice(0, Math.max(0, at)));
    return parent !== undefined && hasPart(parent, symbol.slice(at + 1)) ? parent.file : undefined;
  }

  /** The file that declares extension `number` of the message `typeName`. */
  fileOfExtension(typeName: string, number: number): DescFile | undefined {
    const message = this.#registry.getMessage(typeName);
    return message && this.#registry.getExtensionFor(message, number)?.file;
  }

  /** Numbers of all extensions of a message; undefined if there is no such message. */
  extensionsOf(typeName: string): number[] | undefined {
    if (this.#registry.getMessage(typeName) === undefined) return undefined;
    const numbers: number[] = [];
    for (const type of this.#registry) {
      if (type.kind === "extension" && type.extendee.typeName === typeName) {
        numbers.push(type.number);
      }
    }
    return numbers;
  }

  #add(file: DescFile): void {
    if (this.#files.has(file.proto.name)) return;
    this.#files.set(file.proto.name, file);
    for (const dependency of file.dependencies) this.#add(dependency);
  }
}

/** Writes `file` and what it imports, but for imports in `sent`, to which it adds all that it writes. */
export function writeFiles(file: DescFile, sent: Set<string>): Uint8Array<ArrayBuffer>[] {
  const written = [toBinary(FileDescriptorProtoSchema, file.proto)];
  sent.add(file.proto.name);
  for (const dependency of file.dependencies) {
    if (!sent.has(dependency.proto.name)) written.push(...writeFiles(dependency, sent));
  }
  return written;
}

type Declared = NonNullable<ReturnType<Registry["get"]>>;

/** Whether a message has a field or a oneof, an enum a value, or a service a method of this name. */
function hasPart(type: Declared, name: string): boolean {
  switch (type.kind) {
    case "message":
      return type.members.some((member) => member.name === name);
    case "enum":
      return type.values.some((value) => value.name === name);
    case "service":
      return type.methods.some((method) => method.name === name);
    case "extension":
      return false;
  }
}
