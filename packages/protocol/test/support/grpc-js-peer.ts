/** Server and client made with grpc-js, a second, independent implementation of gRPC. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  Client,
  credentials,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { KindsService, type Note, NoteSchema } from "../gen/kinds/kinds_pb.js";

type NoteMethod = MethodDefinition<Note, Note>;

/** By local name. */
export const noteMethods: Readonly<Record<string, NoteMethod>> = Object.fromEntries(
  KindsService.methods.map(({ localName, name, methodKind }) => [
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

export function noteMethod(name: string): NoteMethod {
  const method = noteMethods[name];
  if (method === undefined) throw new RangeError(`no method ${name}`);
  return method;
}

/** Starts a server on a port of the system's choice. */
export async function openGrpcJsPeer(
  implementation: UntypedServiceImplementation,
  tls?: { readonly cert: string; readonly key: string },
) {
  const server = new Server();
  server.addService(noteMethods as Record<string, NoteMethod>, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", serverCredentials(tls), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: async () => server.forceShutdown() };
}

/** Makes a client with a connection of its own. */
export function grpcJsClient(port: number, security = credentials.createInsecure()) {
  const client = new Client(`127.0.0.1:${port}`, security, {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_retries": 0,
    "grpc.ssl_target_name_override": "localhost",
  });
  return Object.assign(client, { close: async () => Client.prototype.close.call(client) });
}

function serverCredentials(tls?: { readonly cert: string; readonly key: string }) {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) };
  return ServerCredentials.createSsl(null, [pair]);
}

function bytesFromNote(note: Note): Buffer {
  return Buffer.from(toBinary(NoteSchema, note));
}

function noteFromBytes(bytes: Buffer): Note {
  return fromBinary(NoteSchema, bytes);
}
