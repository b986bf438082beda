/** Requests that break the rules of gRPC, and the errors they are answered with. Most codes are those of Connect. */
import { Code, ConnectError } from "@connectrpc/connect";
import { readHere } from "./encodings.js";
import type { ReadFault } from "./message-reader.js";
import type { GrpcPlan } from "./server-plan.js";

/** The error for what a `MessageReader` cannot read. */
export function readFault(fault: ReadFault, maxReceiveBytes: number): ConnectError {
  if (fault.kind === "too-large") {
    const text = `message size ${fault.lengthBytes} is larger than maxReceiveBytes ${maxReceiveBytes}`;
    return new ConnectError(text, Code.ResourceExhausted);
  }
  return new ConnectError(`a message has the unknown flags ${fault.flags}`, Code.Internal);
}

/** The request ended within a message. */
export function cutShort(): ConnectError {
  return new ConnectError("protocol error: incomplete envelope", Code.InvalidArgument);
}

/** The request has no message, and the method takes one. */
export function missingMessage(): ConnectError {
  return new ConnectError("protocol error: missing input message", Code.Unimplemented);
}

/** The request has more than the one message that the method takes. */
export function extraMessage(): ConnectError {
  return new ConnectError("protocol error: received extra input message", Code.Unimplemented);
}

/** The request has a `grpc-timeout` that cannot be read. */
export function wrongTimeout(value: string): ConnectError {
  const text = `protocol error: invalid grpc timeout value: ${value}`;
  return new ConnectError(text, Code.InvalidArgument);
}

/** The request names an encoding that is not spoken here. The answer's headers list those that are. */
export function unknownEncoding(encoding: string): ConnectError {
  const text = `unknown compression "${encoding}": supported encodings are ${readHere}`;
  return new ConnectError(text, Code.Unimplemented);
}

/** Decompresses a message whose head says that it is compressed. */
export function unpack(
  payload: Uint8Array,
  { sentEncoding, route }: GrpcPlan,
): Promise<Uint8Array> {
  if (sentEncoding !== undefined) return sentEncoding.decompress(payload, route.maxReceiveBytes);
  const text = "a message says it is compressed, but the request does not say how";
  return Promise.reject(new ConnectError(text, Code.Internal));
}
