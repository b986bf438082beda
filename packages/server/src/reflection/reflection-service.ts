/** `grpc.reflection.v1.ServerReflection`, and its older name. */
import type { DescFile, MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type {
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from "../gen/grpc/reflection/v1/reflection_pb.js";
import type { ServerReflectionHandler } from "../gen/grpc/reflection/v1/reflection_thrice.js";
import { type Schema, writeFiles } from "./schema.js";

type Response = Exclude<
  MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"],
  undefined
>;

/**
 * Makes the handler. `serviceNames` are all services of the server.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export function reflectionService(
  schema: Schema,
  serviceNames: readonly string[],
): ServerReflectionHandler {
  return {
    async *serverReflectionInfo(requests) {
      const sent = new Set<string>();
      for await (const request of requests) {
        yield {
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(request, sent),
        };
      }
    },
  };

  function answer({ messageRequest: asked }: ServerReflectionRequest, sent: Set<string>): Response {
    switch (asked.case) {
      case "fileByFilename":
        return files(schema.file(asked.value), `file ${asked.value}`, sent);
      case "fileContainingSymbol":
        return files(schema.fileOf(asked.value), `symbol ${asked.value}`, sent);
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = asked.value;
        const file = schema.fileOfExtension(containingType, extensionNumber);
        return files(file, `extension ${extensionNumber} of ${containingType}`, sent);
      }
      case "allExtensionNumbersOfType": {
        const extensionNumber = schema.extensionsOf(asked.value);
        if (extensionNumber === undefined) return notFound(`message ${asked.value}`);
        const value = { baseTypeName: asked.value, extensionNumber };
        return { case: "allExtensionNumbersResponse", value };
      }
      case "listServices": {
        const service = serviceNames.map((name) => ({ name }));
        return { case: "listServicesResponse", value: { service } };
      }
      case undefined:
        return fault(Code.InvalidArgument, "the request asks for nothing that is known here");
    }
  }
}

function files(file: DescFile | undefined, what: string, sent: Set<string>): Response {
  if (file === undefined) return notFound(what);
  const fileDescriptorProto = writeFiles(file, sent);
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function notFound(what: string): Response {
  return fault(Code.NotFound, `the server has no ${what}`);
}

function fault(errorCode: Code, errorMessage: string): Response {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
