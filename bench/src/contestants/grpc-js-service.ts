import { toBinary } from "@bufbuild/protobuf";
import type { MethodDefinition } from "@grpc/grpc-js";
import {
  type EchoRequest,
  EchoRequestSchema,
  type EchoResponse,
  EchoResponseSchema,
} from "../gen/echo/echo_pb.js";
import { decodeRequest, decodeResponse } from "./codec.js";

/** `echo.EchoService` as a generator would write it for grpc-js, with the codec that all contestants use. */
export const echoDefinition = {
  unary: method("Unary", false, false),
  download: method("Download", false, true),
  upload: method("Upload", true, false),
  pingPong: method("PingPong", true, true),
};

function method(
  name: string,
  requestStream: boolean,
  responseStream: boolean,
): MethodDefinition<EchoRequest, EchoResponse> {
  return {
    path: `/echo.EchoService/${name}`,
    requestStream,
    responseStream,
    requestSerialize: (request) => bufferOver(toBinary(EchoRequestSchema, request)),
    requestDeserialize: decodeRequest,
    responseSerialize: (response) => bufferOver(toBinary(EchoResponseSchema, response)),
    responseDeserialize: decodeResponse,
  };
}

/** Shape: the same bytes, not a copy. */
function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
