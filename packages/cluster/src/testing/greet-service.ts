/** Descriptors of a service with a method of each idempotency level and each kind. */
import { create, createFileRegistry, type DescMethod, type Message } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  MethodOptions_IdempotencyLevel as Idempotency,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";

const text = (name: string) => ({ name, number: 1, label: Label.OPTIONAL, type: Type.STRING });
const greets = { inputType: ".greet.GreetRequest", outputType: ".greet.GreetResponse" };

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "greet/greet.proto",
    package: "greet",
    syntax: "proto3",
    messageType: [
      { name: "GreetRequest", field: [text("name")] },
      { name: "GreetResponse", field: [text("greeting")] },
    ],
    service: [
      {
        name: "GreetService",
        method: [
          { name: "Greet", ...greets },
          { name: "Look", ...greets, options: { idempotencyLevel: Idempotency.NO_SIDE_EFFECTS } },
          { name: "Put", ...greets, options: { idempotencyLevel: Idempotency.IDEMPOTENT } },
          { name: "GreetMany", ...greets, serverStreaming: true },
          { name: "GreetAll", ...greets, clientStreaming: true },
          { name: "Chat", ...greets, clientStreaming: true, serverStreaming: true },
        ],
      },
    ],
  }),
  () => undefined,
);

/** Methods of `greet.GreetService`, by what matters about each. */
export const methods = {
  /** Says nothing of its idempotency. */
  unary: method("greet"),
  /** NO_SIDE_EFFECTS. */
  pure: method("look"),
  /** IDEMPOTENT. */
  idempotent: method("put"),
  serverStream: method("greetMany"),
  clientStream: method("greetAll"),
  bidi: method("chat"),
} as const;

/** Makes an answer message. */
export function greeting(words: string): Message {
  return create(methods.unary.output, { greeting: words });
}

function method(localName: string): DescMethod {
  const found = registry.getService("greet.GreetService")?.method[localName];
  if (found === undefined) throw new Error(`greet.GreetService has no method ${localName}`);
  return found;
}
