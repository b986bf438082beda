import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { EchoInit } from "../contestant.js";
import {
  type EchoRequest,
  EchoRequestSchema,
  type EchoResponse,
  EchoResponseSchema,
} from "../gen/echo/echo_pb.js";

/** What the stubs of connect-node and Thrice do inside, for contestants that have no stubs. */
export function encodeRequest(request: EchoInit): Uint8Array {
  return toBinary(EchoRequestSchema, create(EchoRequestSchema, request));
}

export function decodeRequest(bytes: Uint8Array): EchoRequest {
  return fromBinary(EchoRequestSchema, bytes);
}

export function encodeResponse(text: string, count = 0): Uint8Array {
  return toBinary(EchoResponseSchema, create(EchoResponseSchema, { text, count }));
}

export function decodeResponse(bytes: Uint8Array): EchoResponse {
  return fromBinary(EchoResponseSchema, bytes);
}
