import { create, createFileRegistry, type DescService, type Message } from "@bufbuild/protobuf";
import {
  type Any,
  AnySchema,
  anyPack,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { jsonCodec } from "../grpc/server-codec.js";
import { jsonTypesOf } from "./json-types.js";

const service = boxes();
const types = jsonTypesOf(service);

test("the types are those of the service's file and of all that it imports", () => {
  const names = ["box.Box", "thing.Thing", "google.protobuf.Any", "google.protobuf.Empty"];
  expect(names.map((name) => types.getMessage(name)?.typeName)).toEqual([
    ...["box.Box", "thing.Thing", "google.protobuf.Any", undefined],
  ]);
});

test("an Any in JSON is read and written if its type is known by the file", () => {
  const [method] = service.methods;
  const codec = jsonCodec(method as NonNullable<typeof method>, types);
  const json = '{"any":{"text":"hello","@type":"type.googleapis.com/thing.Thing"}}';
  const box = codec.decode(Buffer.from(json), 0) as Message & { any?: Any };
  expect(box.any?.typeUrl).toBe("type.googleapis.com/thing.Thing");
  expect(Buffer.from(codec.encode(box)).toString()).toBe(json);
});

test("an Any of another type is refused by its name", () => {
  const [method] = service.methods;
  const codec = jsonCodec(method as NonNullable<typeof method>, types);
  const any = anyPack(FileDescriptorSetSchema, create(FileDescriptorSetSchema));
  expect(() => codec.encode({ any })).toThrow("google.protobuf.FileDescriptorSet");
});

/** `box.Boxes/Open` takes and gives a `box.Box`, whose `any` may hold anything; `thing.Thing` is imported by an import. */
function boxes(): DescService {
  const field = (name: string, type: FieldDescriptorProto_Type, typeName = "") => ({
    ...{ name, jsonName: name, number: 1, label: FieldDescriptorProto_Label.OPTIONAL, type },
    ...(typeName !== "" && { typeName }),
  });
  const open = { name: "Open", inputType: ".box.Box", outputType: ".box.Box" };
  const { STRING, MESSAGE } = FieldDescriptorProto_Type;
  const thing = file("thing", [], [{ name: "Thing", field: [field("text", STRING)] }]);
  const middle = file("middle", ["thing.proto"], []);
  const box = file(
    "box",
    ["middle.proto", AnySchema.file.proto.name],
    [{ name: "Box", field: [field("any", MESSAGE, ".google.protobuf.Any")] }],
  );
  const served = create(FileDescriptorProtoSchema, {
    ...box,
    service: [{ name: "Boxes", method: [open] }] as never,
  });
  const set = { file: [AnySchema.file.proto, thing, middle, served] };
  const registry = createFileRegistry(create(FileDescriptorSetSchema, set));
  const found = registry.getService("box.Boxes");
  if (found === undefined) throw new Error("there is no service box.Boxes");
  return found;
}

function file(
  name: string,
  dependency: string[],
  messageType: FileDescriptorProto["messageType"] | object[],
): FileDescriptorProto {
  const init = { name: `${name}.proto`, package: name, syntax: "proto3", dependency, messageType };
  return create(FileDescriptorProtoSchema, init as object);
}
