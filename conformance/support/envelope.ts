/** Messages of the test service in gRPC's framing: a byte of flags, four of length. */
import { gunzipSync } from "node:zlib";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { NoteSchema } from "../gen/kinds/kinds_pb.js";

/** A message with its head. `flags` 1 says that it is compressed. */
export function envelope(text: string, compress?: (bytes: Uint8Array) => Uint8Array): Buffer {
  const plain = toBinary(NoteSchema, create(NoteSchema, { text }));
  const payload = compress?.(plain) ?? plain;
  const head = Buffer.alloc(5);
  head.writeUInt8(compress === undefined ? 0 : 1);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** The texts of all messages in `bytes`. Messages may be compressed with gzip. */
export function textsIn(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    const payload = bytes.subarray(at + 5, end);
    const plain = bytes.readUInt8(at) === 1 ? gunzipSync(payload) : payload;
    texts.push(fromBinary(NoteSchema, plain).text);
    at = end;
  }
  return texts;
}
