/** Messages of one method as bytes, in the two forms that gRPC knows. */
import {
  create,
  type DescMethod,
  fromJsonString,
  type Message,
  type Registry,
  toJsonString,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { decodeMessage } from "../binary/decode-message.js";
import { encodeMessage } from "../binary/encode-message.js";

/** Reads what a method takes and writes what it answers. */
export interface MethodCodec {
  /** Reads what `bytes` hold from `start` on. @throws ConnectError if that is not such a message. */
  decode(bytes: Uint8Array, start: number): Message;
  /** Takes a message, or what one can be made from. @throws Error if it is neither. */
  encode(answer: object): Uint8Array;
}

/** Messages in the binary form. */
export function binaryCodec({ input, output }: DescMethod): MethodCodec {
  return {
    decode(bytes, start) {
      try {
        return decodeMessage(input, bytes, start);
      } catch (cause) {
        throw unreadable(input.typeName, Code.Internal, cause);
      }
    },
    encode: (answer) => encodeMessage(output, create(output, answer as MessageInit)),
  };
}

/** Messages as JSON. Fields that the schema does not have are ignored; `registry` has what an `Any` may hold. */
export function jsonCodec({ input, output }: DescMethod, registry: Registry): MethodCodec {
  const reading = { ignoreUnknownFields: true, registry };
  const writing = { registry };
  return {
    decode(bytes, start) {
      try {
        return fromJsonString(input, textOf(bytes, start), reading);
      } catch (cause) {
        throw unreadable(input.typeName, Code.InvalidArgument, cause);
      }
    },
    encode: (answer) =>
      Buffer.from(toJsonString(output, create(output, answer as MessageInit), writing), "utf8"),
  };
}

/** Whether it is one, `create` and the encoding find out. */
type MessageInit = Record<string, unknown>;

function textOf(bytes: Uint8Array, start: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8", start);
}

function unreadable(typeName: string, code: Code, cause: unknown): ConnectError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const text = `the request is not a ${typeName}: ${why}`;
  return new ConnectError(text, code, undefined, undefined, cause);
}
