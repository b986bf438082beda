import { readFile } from "node:fs/promises";
import type { DescService, FileRegistry } from "@bufbuild/protobuf";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { show } from "@thrice/core";
import { registryOf, servicesOf } from "./file-set.js";

/** A service, and the types that its messages may hold. */
export interface KnownService {
  readonly service: DescService;
  readonly registry: FileRegistry;
}

/** Where the schema of services comes from. */
export interface SchemaSource {
  /** Rejects with a `ConnectError`; its code is `unimplemented` if there is no such service. */
  find(typeName: string): Promise<KnownService>;
  /** Full names of all services. Rejects with a `ConnectError`. */
  names(): Promise<readonly string[]>;
}

/**
 * Reads a descriptor set: bytes, or the path of a file, as `buf build -o` and `protoc --include_imports
 * --descriptor_set_out` write it.
 *
 * @throws TypeError, as a rejection, if it cannot be read.
 */
export async function descriptorSource(descriptors: unknown): Promise<SchemaSource> {
  const registry = readSet(await bytesOf(descriptors), descriptors);
  const services = new Map(servicesOf(registry).map((service) => [service.typeName, service]));
  const names = [...services.keys()].sort();
  return {
    names: async () => names,
    async find(typeName) {
      const service = services.get(typeName);
      if (service !== undefined) return { service, registry };
      const others = names.length === 0 ? "no service" : names.join(", ");
      const text = `the descriptors have no service ${typeName}; they have ${others}`;
      throw new ConnectError(text, Code.Unimplemented);
    },
  };
}

async function bytesOf(descriptors: unknown): Promise<Uint8Array> {
  if (descriptors instanceof Uint8Array) return descriptors;
  if (typeof descriptors !== "string" || descriptors === "") {
    const wanted = "descriptors must be a descriptor set as bytes, or the path of its file";
    throw new TypeError(`${wanted}, got ${show(descriptors)}`);
  }
  return readFile(descriptors).catch((cause: Error) => {
    throw new TypeError(`descriptors ${show(descriptors)} cannot be read: ${cause.message}`, {
      cause,
    });
  });
}

function readSet(bytes: Uint8Array, descriptors: unknown): FileRegistry {
  try {
    return registryOf(fromBinary(FileDescriptorSetSchema, bytes).file);
  } catch (cause) {
    const which = typeof descriptors === "string" ? ` ${show(descriptors)}` : "";
    const { message } = cause as Error;
    throw new TypeError(`descriptors${which} are no whole descriptor set: ${message}`, { cause });
  }
}
