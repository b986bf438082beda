/** Servers that tell of their schema in ways that ours does not. */
import { create, type DescFile, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { newServer } from "@thrice/server";
import {
  type ReflectionQuestion,
  type ReflectionVersion,
  reflectionService,
} from "../../src/generic/reflection-schema.js";

/** What is answered to a question. */
export type Tell = (question: ReflectionQuestion["messageRequest"]) => object | Promise<object>;

/** A server that has nothing but one version of reflection, and keeps what it was asked. */
export async function serveReflection(version: ReflectionVersion, tell: Tell) {
  const asked: string[] = [];
  const server = newServer({ host: "127.0.0.1", port: 0 });
  const service = reflectionService(version);
  const output = service.methods[0]?.output;
  if (output === undefined) throw new Error("no method");
  server.registerService(service, {
    async *serverReflectionInfo(requests: AsyncIterable<ReflectionQuestion>) {
      for await (const { messageRequest } of requests) {
        asked.push(messageRequest.value);
        const messageResponse = await tell(messageRequest);
        yield create(output, { messageResponse } as MessageInitShape<typeof output>);
      }
    },
  });
  await server.serve();
  return { url: `tri://127.0.0.1:${server.port}`, asked, close: () => server.stop() };
}

/** The answer that holds these files. */
export function filesAnswer(...files: DescFile[]) {
  const fileDescriptorProto = files.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

/** The answer that there is none. */
export function errorAnswer(errorCode: number, errorMessage: string) {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
