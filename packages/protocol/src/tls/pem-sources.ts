/** Where certificates and keys come from: the options themselves, or files that are read again. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { show } from "@thrice/core";
import { checkCertificates, checkKeyPair, type NamedPem, type Pem } from "./check-pem.js";

/** What is the same on both ends. Each part is given by its content or by the path of its file. */
export interface PemOptions {
  /** Certificate of one's own, with its chain. Needs a key. */
  readonly cert?: Pem | undefined;
  /** Path of `cert`; read again when it changes. */
  readonly certFile?: string | undefined;
  /** Key of the certificate, not encrypted. */
  readonly key?: Pem | undefined;
  /** Path of `key`; read again when it changes. */
  readonly keyFile?: string | undefined;
  /** Certificates that have to sign those of the other end. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** Path of `ca`, or several; read again when they change. */
  readonly caFile?: string | readonly string[] | undefined;
  /**
   * Time between two looks at the files, in milliseconds, 100 to 2 147 483 647, for file systems that tell of no changes;
   * others do at once. @defaultValue 10_000
   */
  readonly reloadIntervalMs?: number | undefined;
}

/** PEM texts, checked, as Node.js takes them. */
export interface TlsMaterial {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

type Part = "cert" | "key" | "ca";

export class PemSources {
  /** Absolute paths of the files, if there are any. */
  readonly paths: readonly string[];
  /** The same as they were given, for the log. */
  readonly names: readonly string[];
  readonly #options: PemOptions;
  /** By name, taken once: the working folder may change. */
  readonly #pathOf: ReadonlyMap<string, string>;

  /** @throws TypeError naming the field: it stands beside what it excludes, or is no path. */
  constructor(options: PemOptions) {
    this.#options = options;
    for (const part of ["cert", "key", "ca"] as const) checkPart(options, part);
    const { certFile, keyFile, caFile } = options;
    const files = [certFile, keyFile, caFile].flat() as (string | undefined)[];
    this.names = files.filter((path) => path !== undefined);
    this.paths = this.names.map((path) => resolve(path));
    this.#pathOf = new Map(this.names.map((name, at) => [name, this.paths[at] as string]));
  }

  /** @throws TypeError naming the field that cannot be read, or is wrong. */
  readNow(): TlsMaterial {
    return this.#assemble((name) => readFileSync(this.#pathOf.get(name) ?? name));
  }

  /** As `readNow`, as a promise, and in whatever way changes of the files overlap. */
  async read(): Promise<TlsMaterial> {
    const bytes = new Map<string, Buffer | Error>();
    for (const [name, path] of this.#pathOf) {
      bytes.set(name, await readFile(path).catch((cause) => cause));
    }
    return this.#assemble((name) => {
      const found = bytes.get(name);
      if (found instanceof Error) throw found;
      return found as Buffer;
    });
  }

  #assemble(load: (name: string) => Buffer): TlsMaterial {
    const [cert, key, ca] = (["cert", "key", "ca"] as const).map((part) => this.#part(part, load));
    if (cert === undefined && key !== undefined) throw missing("cert", key.option);
    if (key === undefined && cert !== undefined) throw missing("key", cert.option);
    return {
      ...(cert !== undefined && key !== undefined && checkKeyPair(cert, key)),
      ...(ca !== undefined && { ca: checkCertificates(ca) }),
    };
  }

  #part(part: Part, load: (name: string) => Buffer): (NamedPem & { option: string }) | undefined {
    const option = `tls.${part}File`;
    const files = this.#options[`${part}File`];
    if (files === undefined) {
      const value: unknown = this.#options[part];
      return value === undefined
        ? undefined
        : { field: `tls.${part}`, option: `tls.${part}`, value };
    }
    const field = `${option} ${show(files)}`;
    const read = (name: string) => loadFile(field, name, load);
    return { field, option, value: typeof files === "string" ? read(files) : files.map(read) };
  }
}

function checkPart(options: PemOptions, part: Part): void {
  const name = `tls.${part}File`;
  const files: unknown = options[`${part}File`];
  if (files === undefined) return;
  if (options[part] !== undefined)
    throw new TypeError(`tls.${part} and ${name} exclude each other`);
  const paths: readonly unknown[] = part === "ca" && Array.isArray(files) ? files : [files];
  if (paths.length > 0 && paths.every((path) => typeof path === "string" && path !== "")) return;
  throw new TypeError(`${name} must be the path of a file, got ${show(files)}`);
}

function loadFile(field: string, name: string, load: (name: string) => Buffer): Buffer {
  try {
    return load(name);
  } catch (cause) {
    throw new TypeError(`${field} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** An option that is missing beside `option`, in the same form. */
function missing(part: Part, option: string): TypeError {
  const form = option.endsWith("File") ? "File" : "";
  return new TypeError(`tls.${part}${form} must be set beside ${option}`);
}
