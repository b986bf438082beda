/**
 * What of `grpc.reflection` a caller needs, made by hand when it is first asked for. Both versions look the same.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/server-reflection.md
 */
import { create, createFileRegistry, type DescService } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  MethodOptions_IdempotencyLevel,
} from "@bufbuild/protobuf/wkt";

/** Versions, in the order in which they are asked for. */
export const reflectionVersions = ["v1", "v1alpha"] as const;

export type ReflectionVersion = (typeof reflectionVersions)[number];

/** One question: as a message may be written. */
export interface ReflectionQuestion {
  readonly messageRequest:
    | { readonly case: "fileContainingSymbol"; readonly value: string }
    | { readonly case: "fileByFilename"; readonly value: string }
    | { readonly case: "listServices"; readonly value: string };
}

/** One answer: as it is read. */
export interface ReflectionAnswer {
  readonly messageResponse:
    | { readonly case: "fileDescriptorResponse"; readonly value: FilesAnswer }
    | { readonly case: "listServicesResponse"; readonly value: ListAnswer }
    | { readonly case: "errorResponse"; readonly value: ErrorAnswer }
    | { readonly case: undefined };
}

export interface FilesAnswer {
  readonly fileDescriptorProto: readonly Uint8Array[];
}

export interface ListAnswer {
  readonly service: readonly { readonly name: string }[];
}

export interface ErrorAnswer {
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** `grpc.reflection.<version>.ServerReflection`. */
export function reflectionService(version: ReflectionVersion): DescService {
  const known = made.get(version) ?? makeService(version);
  made.set(version, known);
  return known;
}

const made = new Map<ReflectionVersion, DescService>();

const { OPTIONAL, REPEATED } = FieldDescriptorProto_Label;
const { STRING, BYTES, INT32, MESSAGE } = FieldDescriptorProto_Type;

function makeService(version: ReflectionVersion): DescService {
  const packageName = `grpc.reflection.${version}`;
  const named = (name: string) => `.${packageName}.${name}`;
  const file = create(FileDescriptorProtoSchema, {
    name: `grpc/reflection/${version}/reflection.proto`,
    package: packageName,
    syntax: "proto3",
    messageType: [
      {
        name: "ServerReflectionRequest",
        oneofDecl: [{ name: "message_request" }],
        field: [
          oneOf("fileByFilename", 3, STRING),
          oneOf("fileContainingSymbol", 4, STRING),
          oneOf("listServices", 7, STRING),
        ],
      },
      {
        name: "ServerReflectionResponse",
        oneofDecl: [{ name: "message_response" }],
        field: [
          oneOf("fileDescriptorResponse", 4, MESSAGE, named("FileDescriptorResponse")),
          oneOf("listServicesResponse", 6, MESSAGE, named("ListServiceResponse")),
          oneOf("errorResponse", 7, MESSAGE, named("ErrorResponse")),
        ],
      },
      {
        name: "FileDescriptorResponse",
        field: [{ ...field("fileDescriptorProto", 1, BYTES), label: REPEATED }],
      },
      {
        name: "ListServiceResponse",
        field: [{ ...field("service", 1, MESSAGE, named("ServiceResponse")), label: REPEATED }],
      },
      { name: "ServiceResponse", field: [field("name", 1, STRING)] },
      {
        name: "ErrorResponse",
        field: [field("errorCode", 1, INT32), field("errorMessage", 2, STRING)],
      },
    ],
    service: [
      {
        name: "ServerReflection",
        method: [
          {
            name: "ServerReflectionInfo",
            inputType: named("ServerReflectionRequest"),
            outputType: named("ServerReflectionResponse"),
            clientStreaming: true,
            serverStreaming: true,
            options: { idempotencyLevel: MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS },
          },
        ],
      },
    ],
  });
  const service = createFileRegistry(file, () => undefined).getService(
    `${packageName}.ServerReflection`,
  );
  if (service === undefined) throw new Error(`${packageName} has no service`);
  return service;
}

/** `jsonName` serves as name in the schema too: nobody sees it but who asks, by its name in code. */
function field(jsonName: string, number: number, type: number, typeName = "") {
  return { name: jsonName, jsonName, number, label: OPTIONAL, type, typeName };
}

function oneOf(jsonName: string, number: number, type: number, typeName = "") {
  return { ...field(jsonName, number, type, typeName), oneofIndex: 0 };
}
