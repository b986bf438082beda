import { Code, ConnectError } from "@connectrpc/connect";
import type { HeaderList } from "@thrice/http2";
import { WireError } from "../client/wire-error.js";
import { encodingNamed } from "./encodings.js";
import type { ReadFault } from "./message-reader.js";

/** Decompresses a message whose head says that it is compressed, as `headers` name the encoding. */
export async function openPayload(
  payload: Buffer,
  headers: HeaderList | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  const name = headers?.get("grpc-encoding") ?? "identity";
  const encoding = encodingNamed(name);
  if (encoding !== undefined) return encoding.decompress(payload, maxBytes);
  if (name === "identity") {
    throw new ConnectError("a message says it is compressed, but not how", Code.Internal);
  }
  throw new ConnectError(`unsupported response encoding "${name}"`, Code.Internal);
}

/** The error of an answer that a `MessageReader` could not read. */
export function explainFault(fault: ReadFault, maxBytes: number): ConnectError {
  if (fault.kind === "too-large") {
    const text = `message size ${fault.lengthBytes} is larger than maxReceiveBytes ${maxBytes}`;
    return new WireError("rejected", Code.ResourceExhausted, text);
  }
  return new ConnectError(`a message has the unknown flags ${fault.flags}`, Code.Internal);
}
