/** What a server tells of its schema, question by question; tools are tried in the conformance tests. */
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import type { ServerOptions } from "@thrice/server";
import { ServerReflection } from "../src/gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as Alpha } from "../src/gen/grpc/reflection/v1alpha/reflection_pb.js";
import { Bench, failureOf } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

async function open(options: ServerOptions = { reflection: true }) {
  const { url } = await bench.serve({}, options);
  const sessionManager = new Http2SessionManager(url);
  bench.closeLater(() => sessionManager.abort());
  return createGrpcTransport({ baseUrl: url, sessionManager });
}

async function* asking<T>(...requests: T[]): AsyncGenerator<T> {
  yield* requests;
}

test.each([
  { name: "v1", service: ServerReflection },
  { name: "v1alpha", service: Alpha as unknown as typeof ServerReflection },
])("$name answers each question by itself, in order, and names it", async ({ service }) => {
  const client = createClient(service, await open());
  const answers = [];
  const questions = asking<{ host: string; messageRequest: { case: string; value: unknown } }>(
    { host: "a", messageRequest: { case: "listServices", value: "*" } },
    { host: "", messageRequest: { case: "fileByFilename", value: "kinds/kinds.proto" } },
    { host: "", messageRequest: { case: "fileContainingSymbol", value: "kinds.Note" } },
    { host: "", messageRequest: { case: "fileContainingSymbol", value: "no.Such" } },
    { host: "", messageRequest: { case: "allExtensionNumbersOfType", value: "kinds.Note" } },
    {
      host: "",
      messageRequest: {
        case: "fileContainingExtension",
        value: { containingType: "kinds.Note", extensionNumber: 5 },
      },
    },
  );
  for await (const answer of client.serverReflectionInfo(questions as never)) answers.push(answer);
  expect(answers[0]).toMatchObject({ validHost: "a", originalRequest: { host: "a" } });
  expect(answers.map(({ messageResponse }) => messageResponse)).toMatchObject([
    { case: "listServicesResponse", value: { service: { length: 4 } } },
    { case: "fileDescriptorResponse", value: { fileDescriptorProto: { length: 1 } } },
    { case: "fileDescriptorResponse", value: { fileDescriptorProto: { length: 1 } } },
    { value: { errorCode: Code.NotFound, errorMessage: "the server has no symbol no.Such" } },
    { case: "allExtensionNumbersResponse", value: { extensionNumber: [] } },
    { value: { errorMessage: "the server has no extension 5 of kinds.Note" } },
  ]);
});

test("a question of nothing is invalid, and the stream goes on", async () => {
  const client = createClient(ServerReflection, await open());
  const answers = [];
  for await (const answer of client.serverReflectionInfo(asking({}, {}))) answers.push(answer);
  expect(answers).toMatchObject([
    { messageResponse: { value: { errorCode: Code.InvalidArgument } } },
    { messageResponse: { value: { errorCode: Code.InvalidArgument } } },
  ]);
});

test("a server keeps its schema to itself unless it is told otherwise", async () => {
  const client = createClient(ServerReflection, await open({}));
  const answers = client.serverReflectionInfo(asking({}))[Symbol.asyncIterator]();
  expect(await failureOf(answers.next())).toMatchObject({ code: Code.Unimplemented });
});
