/** Refuses methods that no TypeScript object could hold under their names. */
import type { DescFile, DescMethod } from "@bufbuild/protobuf";

/**
 * Checks the methods of every service, and reports all that is wrong at once.
 *
 * Nothing is renamed here: at run time a method is found by protobuf-es's `localName`, and a stub must
 * use the same one.
 *
 * @throws Error if two methods of a service get the same name in TypeScript, or one is called `__proto__`.
 */
export function assertMethodNames(files: readonly DescFile[]): void {
  const problems = files.flatMap((file) =>
    file.services.flatMap((service) => [
      ...sharedNames(service.methods).map((problem) => `${file.proto.name}: ${problem}`),
      ...protoNames(service.methods).map((problem) => `${file.proto.name}: ${problem}`),
    ]),
  );
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** The first letter is lowered, so `GetUser` and `getUser` meet. */
function sharedNames(methods: readonly DescMethod[]): string[] {
  const owners = new Map<string, DescMethod>();
  const problems: string[] = [];
  for (const method of methods) {
    const owner = owners.get(method.localName);
    if (owner === undefined) owners.set(method.localName, method);
    else {
      problems.push(
        `${owner} and ${method} would both be named "${method.localName}" in TypeScript; rename one of them`,
      );
    }
  }
  return problems;
}

/** Assigning `__proto__` replaces an object's prototype, in protobuf-es's descriptors too. */
function protoNames(methods: readonly DescMethod[]): string[] {
  return methods
    .filter((method) => method.localName === "__proto__")
    .map((method) => `${method} cannot be a method of a JavaScript object; rename it`);
}
