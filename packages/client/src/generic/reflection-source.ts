/** Asks servers for their schema, through the same cluster layer as every call. */
import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { missingImports, registryOf } from "./file-set.js";
import {
  type ReflectionAnswer,
  type ReflectionQuestion,
  type ReflectionVersion,
  reflectionVersions,
} from "./reflection-schema.js";
import type { KnownService, SchemaSource } from "./schema-source.js";

/** Puts one question to the servers of a service, or to any. Rejects with a `ConnectError`. */
export type AskReflection = (
  version: ReflectionVersion,
  question: ReflectionQuestion,
  typeName: string | undefined,
) => Promise<ReflectionAnswer | undefined>;

type Answered<Case> = Extract<ReflectionAnswer["messageResponse"], { case: Case }>;

/** Most files that are taken of a server for one service. */
const maxFiles = 5_000;

/** Learns of a service when it is first asked for, and keeps it. */
export function reflectionSource(ask: AskReflection): SchemaSource {
  const known = new Map<string, Promise<KnownService>>();
  const reflection = new Reflection(ask);
  return {
    names: () => reflection.names(),
    find(typeName) {
      const before = known.get(typeName);
      if (before !== undefined) return before;
      const found = reflection.find(typeName);
      known.set(typeName, found);
      // What failed is asked anew the next time.
      found.catch(() => known.delete(typeName));
      return found;
    },
  };
}

class Reflection {
  readonly #ask: AskReflection;

  constructor(ask: AskReflection) {
    this.#ask = ask;
  }

  async names(): Promise<readonly string[]> {
    const question = { case: "listServices", value: "" } as const;
    const { value } = await this.#answer(question, "listServicesResponse", undefined);
    return value.service.map(({ name }) => name).sort();
  }

  async find(typeName: string): Promise<KnownService> {
    const files = new Map<string, FileDescriptorProto>();
    await this.#fetch({ case: "fileContainingSymbol", value: typeName }, typeName, files);
    // Some servers send a file alone, and its imports when they are asked for.
    for (let names = missingImports(files); names.length > 0; names = missingImports(files)) {
      for (const value of names) {
        await this.#fetch({ case: "fileByFilename", value }, typeName, files);
        if (!files.has(value)) throw broken(typeName, `file ${value} is not what it sends for it`);
        if (files.size > maxFiles) throw broken(typeName, `it needs more than ${maxFiles} files`);
      }
    }
    const registry = orBroken(typeName, () => registryOf(files.values()));
    const service = registry.getService(typeName);
    if (service !== undefined) return { service, registry };
    throw new ConnectError(`${typeName} is no service`, Code.Unimplemented);
  }

  async #fetch(
    question: ReflectionQuestion["messageRequest"],
    typeName: string,
    files: Map<string, FileDescriptorProto>,
  ): Promise<void> {
    const { value } = await this.#answer(question, "fileDescriptorResponse", typeName);
    for (const bytes of value.fileDescriptorProto) {
      const file = orBroken(typeName, () => fromBinary(FileDescriptorProtoSchema, bytes));
      files.set(file.name, file);
    }
  }

  async #answer<Case extends ReflectionAnswer["messageResponse"]["case"]>(
    messageRequest: ReflectionQuestion["messageRequest"],
    wanted: Case,
    typeName: string | undefined,
  ): Promise<Answered<Case>> {
    const answer = await this.#askBoth({ messageRequest }, typeName);
    const { messageResponse: response = { case: undefined } } = answer ?? {};
    if (response.case === wanted) return response as Answered<Case>;
    const what = messageRequest.value === "" ? "its services" : messageRequest.value;
    if (response.case !== "errorResponse") throw broken(what, "it answers something else");
    const { errorCode, errorMessage } = response.value;
    const code = errorCode === Code.NotFound ? Code.Unimplemented : (errorCode as Code);
    const text = `the server's reflection does not know ${what}: ${errorMessage}`;
    throw new ConnectError(text, code in Code ? code : Code.Unknown);
  }

  /** Older servers have the older version alone. */
  async #askBoth(question: ReflectionQuestion, typeName: string | undefined) {
    let reason: unknown;
    for (const version of reflectionVersions) {
      try {
        return await this.#ask(version, question, typeName);
      } catch (error) {
        if (ConnectError.from(error).code !== Code.Unimplemented) throw error;
        reason = error;
      }
    }
    const text = "the server has no reflection: it knows neither grpc.reflection.v1 nor v1alpha";
    throw new ConnectError(text, Code.Unimplemented, undefined, undefined, reason);
  }
}

function orBroken<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw broken(what, (cause as Error).message);
  }
}

function broken(what: string, why: string): ConnectError {
  return new ConnectError(
    `what the server's reflection says of ${what} is wrong: ${why}`,
    Code.Internal,
  );
}
