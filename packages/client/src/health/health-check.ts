/**
 * The one method of `grpc.health.v1.Health` that probes call. Made by hand, when the first probe needs it: a client that
 * has no trouble pays nothing for it.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/health-checking.md
 */
import { create, createFileRegistry, type DescMethod, type Message } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";

const { OPTIONAL } = FieldDescriptorProto_Label;
const { STRING, ENUM } = FieldDescriptorProto_Type;
const statusType = ".grpc.health.v1.HealthCheckResponse.ServingStatus";
/** What a server answers that is well. */
const serving = 1;

let made: DescMethod | undefined;

/** `grpc.health.v1.Health/Check`. */
export function healthCheckMethod(): DescMethod {
  made ??= makeMethod();
  return made;
}

/** Asks for the health of the server as a whole. */
export function healthCheckRequest(): Message {
  return create(healthCheckMethod().input);
}

/** Whether the answer to a check says that the server takes calls. */
export function isServing(answer: Message): boolean {
  return (answer as Message & { readonly status?: unknown }).status === serving;
}

function makeMethod(): DescMethod {
  const registry = createFileRegistry(describeFile(), () => undefined);
  const method = registry.getService("grpc.health.v1.Health")?.methods[0];
  if (method === undefined) throw new Error("grpc.health.v1.Health has no method");
  return method;
}

function describeFile(): FileDescriptorProto {
  const names = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
  const value = names.map((name, number) => ({ name, number }));
  const service = {
    name: "service",
    jsonName: "service",
    number: 1,
    label: OPTIONAL,
    type: STRING,
  };
  const status = { name: "status", jsonName: "status", number: 1, label: OPTIONAL, type: ENUM };
  const method = {
    name: "Check",
    inputType: ".grpc.health.v1.HealthCheckRequest",
    outputType: ".grpc.health.v1.HealthCheckResponse",
  };
  return create(FileDescriptorProtoSchema, {
    name: "grpc/health/v1/health.proto",
    package: "grpc.health.v1",
    syntax: "proto3",
    messageType: [
      { name: "HealthCheckRequest", field: [service] },
      {
        name: "HealthCheckResponse",
        field: [{ ...status, typeName: statusType }],
        enumType: [{ name: "ServingStatus", value }],
      },
    ],
    service: [{ name: "Health", method: [method] }],
  });
}
