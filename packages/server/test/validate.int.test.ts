/** Connect's interceptor for protovalidate, as a filter of a server. */
import {
  create,
  createFileRegistry,
  type DescService,
  type Message,
  setExtension,
} from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import {
  FieldRulesSchema,
  field,
  file_buf_validate_validate,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { createValidateInterceptor } from "@connectrpc/validate";
import { newServer } from "@thrice/server";
import { Bench, failureOf } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

/** `service Names { rpc Greet(Name) returns (Name); }`, where `text` of a Name has three letters or more. */
function describeNames(): DescService {
  const rules = create(FieldRulesSchema, {
    type: { case: "string", value: { minLen: 3n } },
  });
  const options = create(FieldOptionsSchema);
  setExtension(options, field, rules);
  const file = create(FileDescriptorProtoSchema, {
    name: "names.proto",
    package: "names",
    syntax: "proto3",
    dependency: [file_buf_validate_validate.proto.name],
    messageType: [
      {
        name: "Name",
        field: [
          {
            ...{ name: "text", jsonName: "text", number: 1, options },
            label: FieldDescriptorProto_Label.OPTIONAL,
            type: FieldDescriptorProto_Type.STRING,
          },
        ],
      },
    ],
    service: [
      {
        name: "Names",
        method: [{ name: "Greet", inputType: ".names.Name", outputType: ".names.Name" }],
      },
    ],
  });
  const known = (name: string) =>
    name === file_buf_validate_validate.proto.name ? file_buf_validate_validate : undefined;
  return createFileRegistry(file, known).getService("names.Names") as DescService;
}

test("a message that breaks its rules does not come to the handler", async () => {
  const names = describeNames();
  const greet = jest.fn((name: Message) => name);
  const server = newServer({
    ...{ host: "127.0.0.1", port: 0 },
    interceptors: [createValidateInterceptor()],
  });
  server.registerService(names, { greet });
  await server.serve();
  bench.closeLater(() => server.stop());
  const baseUrl = `http://127.0.0.1:${server.port}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  bench.closeLater(() => sessionManager.abort());
  const client = createClient(names, createGrpcTransport({ baseUrl, sessionManager }));
  const call = client.greet as unknown as (name: { text: string }) => Promise<Message>;

  expect(await call({ text: "Ada" })).toMatchObject({ text: "Ada" });
  expect(await failureOf(call({ text: "A" }))).toMatchObject({
    code: Code.InvalidArgument,
    rawMessage: expect.stringMatching(/text/),
  });
  expect(greet).toHaveBeenCalledTimes(1);
});
