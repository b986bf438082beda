/** What grpc-js has to be told of the test service, and its metadata as headers. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Metadata, type MethodDefinition } from "@grpc/grpc-js";
import { KindsService, type Note, NoteSchema } from "../../gen/kinds/kinds_pb.js";

export type NoteMethod = MethodDefinition<Note, Note>;

const bytesFromNote = (note: Note) => Buffer.from(toBinary(NoteSchema, note));
const noteFromBytes = (bytes: Buffer) => fromBinary(NoteSchema, bytes);
export const note = (text: string) => create(NoteSchema, { text });

/** By local name. Every call is made as a stream of both kinds, which is the same on the wire. */
export const methods = Object.fromEntries(
  KindsService.methods.map(({ localName, name, methodKind }): [string, NoteMethod] => [
    localName,
    {
      path: `/${KindsService.typeName}/${name}`,
      requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
      responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
      requestSerialize: bytesFromNote,
      requestDeserialize: noteFromBytes,
      responseSerialize: bytesFromNote,
      responseDeserialize: noteFromBytes,
    },
  ]),
);

export function metadataFrom(header: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(header)) {
    metadata.set(name, name.endsWith("-bin") ? Buffer.from(value, "base64") : value);
  }
  return metadata;
}

export function headersFrom(metadata: Metadata): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(metadata.getMap())) {
    headers.set(name, typeof value === "string" ? value : value.toString("base64"));
  }
  return headers;
}
