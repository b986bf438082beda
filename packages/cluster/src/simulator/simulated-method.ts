/** The method that simulated clients call, in two kinds. */
import { create, createFileRegistry, type DescMethod } from "@bufbuild/protobuf";
import {
  EmptySchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_empty,
  MethodOptions_IdempotencyLevel as Idempotency,
} from "@bufbuild/protobuf/wkt";
import type { UnaryAnswer } from "@thrice/core";

const empty = { inputType: ".google.protobuf.Empty", outputType: ".google.protobuf.Empty" };
const names = { idempotent: "look", other: "change" } as const;
let made: { readonly idempotent: DescMethod; readonly other: DescMethod } | undefined;

/** The unary method that a client calls; made when it is first needed. */
export function simulatedMethod(isIdempotent: boolean): DescMethod {
  made ??= { idempotent: find(names.idempotent), other: find(names.other) };
  return isIdempotent ? made.idempotent : made.other;
}

/** Request of each call. */
export const emptyMessage = create(EmptySchema);

/** Answer to each call that goes well. */
export const emptyAnswer: UnaryAnswer = {
  kind: "unary",
  message: emptyMessage,
  header: new Headers(),
  trailer: new Headers(),
};

function find(localName: string): DescMethod {
  const found = makeService().method[localName];
  if (found === undefined) throw new Error(`the simulated service has no method ${localName}`);
  return found;
}

function makeService() {
  const options = { idempotencyLevel: Idempotency.IDEMPOTENT };
  const file = create(FileDescriptorProtoSchema, {
    name: "thrice/simulated.proto",
    package: "thrice.simulated",
    syntax: "proto3",
    dependency: ["google/protobuf/empty.proto"],
    service: [
      {
        name: "SimulatedService",
        method: [
          { name: "Look", ...empty, options },
          { name: "Change", ...empty },
        ],
      },
    ],
  });
  const registry = createFileRegistry(file, () => file_google_protobuf_empty);
  const service = registry.getService("thrice.simulated.SimulatedService");
  if (service === undefined) throw new Error("the simulated service is not in its file");
  return service;
}
