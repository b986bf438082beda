import { Code, ConnectError } from "@connectrpc/connect";
import type { HeaderList } from "@thrice/http2";
import { WireError } from "../client/wire-error.js";
import { gunzip } from "./gzip.js";
import type { ReadFault } from "./message-reader.js";

/** Decompresses a message whose head says that it is compressed, as `headers` name the encoding. */
export async function openPayload(
  payload: Buffer,
  headers: HeaderList | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  const encoding = headers?.get("grpc-encoding") ?? "identity";
  if (encoding === "gzip") return gunzip(payload, maxBytes);
  if (encoding === "identity") {
    throw new ConnectError("a message says it is compressed, but not how", Code.Internal);
  }
  throw new ConnectError(`unsupported response encoding "${encoding}"`, Code.Internal);
}

/** The error of an answer that a `MessageReader` could not read. */
export function explainFault(fault: ReadFault, maxBytes: number): ConnectError {
  if (fault.kind === "too-large") {
    const text = `message size ${fault.lengthBytes} is larger than maxReceiveBytes ${maxBytes}`;
    return new WireError("rejected", Code.ResourceExhausted, text);
  }
  return new ConnectError(`a message has the unknown flags ${fault.flags}`, Code.Internal);
}
