/** The names of what is generated for a service, and what happens when two services want the same. */
import type { DescFile, DescService } from "@bufbuild/protobuf";
import { protoCamelCase } from "@bufbuild/protobuf/reflect";

/** The four exports of one service. */
export interface ServiceNames {
  /** The interface of the client, `GreetServiceClient`. */
  readonly client: string;
  /** The function that makes a client, `newGreetService`. */
  readonly newClient: string;
  /** The interface of the handler, `GreetServiceHandler`. */
  readonly handler: string;
  /** The function that registers a handler, `registerGreetServiceHandler`. */
  readonly registerHandler: string;
}

/**
 * Names the exports of every service in a file.
 *
 * `greet_service` is named as `GreetService` is. When a name is taken by an earlier service of the file, all
 * four names of the later one end in `$`, then `$1`, `$2`, as protobuf-es does.
 */
export function serviceNames(file: DescFile): Map<DescService, ServiceNames> {
  const taken = new Set<string>();
  const names = new Map<DescService, ServiceNames>();
  for (const service of file.services) {
    const free = firstFree(pascalCase(service.name), taken);
    for (const name of Object.values(free)) taken.add(name);
    names.set(service, free);
  }
  return names;
}

function firstFree(base: string, taken: ReadonlySet<string>): ServiceNames {
  for (let clashes = 0; ; clashes++) {
    const names = namesOf(base, suffix(clashes));
    if (!Object.values(names).some((name) => taken.has(name))) return names;
  }
}

function namesOf(base: string, end: string): ServiceNames {
  return {
    client: `${base}Client${end}`,
    newClient: `new${base}${end}`,
    handler: `${base}Handler${end}`,
    registerHandler: `register${base}Handler${end}`,
  };
}

/** A dollar sign cannot stand in a proto identifier, so it never meets another name. */
function suffix(clashes: number): string {
  if (clashes === 0) return "";
  return clashes === 1 ? "$" : `$${clashes - 1}`;
}

/** A name that is only underscores and digits stays as it is: without them no identifier would be left. */
function pascalCase(name: string): string {
  const camel = protoCamelCase(name);
  return /^[A-Za-z]/.test(camel) ? camel.charAt(0).toUpperCase() + camel.slice(1) : name;
}
