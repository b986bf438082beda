/** Client and server made with grpc-js. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { findTrailerError, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { KindsService, type Note, NoteSchema } from "../../gen/kinds/kinds_pb.js";
import { failure } from "../served.js";
import { type Callee, type Caller, type CallerOptions, firstOf, type Kind } from "./caller.js";
import { newWaiting, type Waiting } from "./waiting.js";

type NoteMethod = MethodDefinition<Note, Note>;

const bytesFromNote = (note: Note) => Buffer.from(toBinary(NoteSchema, note));
const noteFromBytes = (bytes: Buffer) => fromBinary(NoteSchema, bytes);
const note = (text: string) => create(NoteSchema, { text });

/** By local name. Every call is made as a stream of both kinds, which is the same on the wire. */
const methods = Object.fromEntries(
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

/** grpc-js's client. `options` are those of a channel. */
export function openGrpcJsCaller(port: number, options: Record<string, number> = {}): Caller {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    ...{ "grpc.use_local_subchannel_pool": 1, "grpc.enable_retries": 0 },
    ...options,
  });
  return {
    call: (kind, texts, more = {}) => callWithGrpcJs(client, kind, texts, more),
    close: async () => client.close(),
  };
}

async function callWithGrpcJs(
  client: Client,
  kind: Kind,
  texts: AsyncIterable<string>,
  { header = {}, timeoutMs, signal, onText }: CallerOptions,
) {
  const options: CallOptions = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
  const { path, requestSerialize, responseDeserialize } = methods[kind] as NoteMethod;
  const parts = [path, requestSerialize, responseDeserialize] as const;
  const call = client.makeBidiStreamRequest(...parts, metadataFrom(header), options);
  signal?.addEventListener("abort", () => call.cancel());
  const got = { texts: [] as string[], header: new Headers(), trailer: new Headers() };
  call.on("metadata", (metadata: Metadata) => {
    got.header = headersFrom(metadata);
  });
  call.on("data", ({ text }: Note) => {
    got.texts.push(text);
    onText?.(text);
  });
  const ended = new Promise<void>((resolve, reject) => {
    call.on("error", (error: ServiceError) => reject(connectErrorFrom(error)));
    call.on("status", ({ metadata }) => {
      got.trailer = headersFrom(metadata);
      resolve();
    });
  });
  ended.catch(() => undefined); // the sending below may fail first
  await Promise.race([sendAll(call, kind, texts), ended]);
  await ended;
  return got;
}

async function sendAll(
  call: ClientDuplexStream<Note, Note>,
  kind: Kind,
  texts: AsyncIterable<string>,
): Promise<void> {
  if (kind === "unary" || kind === "watch") call.write(note(await firstOf(texts)));
  else for await (const text of texts) call.write(note(text));
  call.end();
}

/** grpc-js's server. It answers `script`, for the kinds that the test of pairs calls. */
export async function openGrpcJsCallee(options: Record<string, number> = {}): Promise<Callee> {
  const waiting = newWaiting();
  const server = new Server(options);
  server.addService(methods, {
    unary: (call: ServerUnaryCall<Note, Note>, answer: sendUnaryData<Note>) =>
      answerOne(call, call.request.text, answer, waiting),
    watch: (call: ServerWritableStream<Note, Note>) => {
      if (!begin(call, call.request.text, waiting)) return;
      for (const letter of call.request.text) call.write(note(letter));
      call.end(trailerOf(call));
    },
    collect: (call: ServerReadableStream<Note, Note>, answer: sendUnaryData<Note>) => {
      const texts: string[] = [];
      call.on("data", ({ text }: Note) => {
        if (text === "fail") answer(serviceError(), null);
        if (text === "wait") call.on("cancelled", waiting.begin());
        texts.push(text);
      });
      call.on("end", () => {
        if (texts.includes("fail") || texts.includes("wait")) return;
        call.sendMetadata(headerOf(call));
        answer(null, note(texts.join("+")), trailerOf(call));
      });
    },
    chat: (call: ServerDuplexStream<Note, Note>) => {
      let goesOn = true;
      call.on("data", ({ text }: Note) => {
        goesOn = goesOn && begin(call, text, waiting);
        if (goesOn) call.write(note(`re: ${text}`));
      });
      call.on("end", () => goesOn && call.end(trailerOf(call)));
    },
  });
  const port = await new Promise<number>((bound, fail) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, value) =>
      error ? fail(error) : bound(value),
    );
  });
  return { port, waiting, close: async () => server.forceShutdown() };
}

type AnyServerCall =
  | ServerUnaryCall<Note, Note>
  | ServerWritableStream<Note, Note>
  | ServerReadableStream<Note, Note>
  | ServerDuplexStream<Note, Note>;

function answerOne(
  call: ServerUnaryCall<Note, Note>,
  text: string,
  answer: sendUnaryData<Note>,
  waiting: Waiting,
): void {
  if (text === "fail") answer(serviceError(), null);
  else if (text === "wait") call.on("cancelled", waiting.begin());
  else {
    call.sendMetadata(headerOf(call));
    answer(null, note(text === "time" ? timeLeft(call) : text), trailerOf(call));
  }
}

/** Whether to answer; otherwise the call fails, or waits until its caller is gone. */
function begin(
  call: ServerWritableStream<Note, Note> | ServerDuplexStream<Note, Note>,
  text: string,
  waiting: Waiting,
): boolean {
  call.sendMetadata(headerOf(call));
  if (text === "fail") call.emit("error", serviceError());
  if (text === "wait") call.on("cancelled", waiting.begin());
  return text !== "fail" && text !== "wait";
}

function timeLeft(call: AnyServerCall): string {
  const deadline = call.getDeadline();
  return String(Number(deadline) - Date.now());
}

function headerOf({ metadata }: AnyServerCall): Metadata {
  const said = new Metadata();
  for (const value of metadata.get("x-say")) said.set("x-said", value);
  for (const value of metadata.get("x-say-bin")) said.set("x-said-bin", value);
  return said;
}

function trailerOf({ metadata }: AnyServerCall): Metadata {
  const said = new Metadata();
  for (const value of metadata.get("x-say")) said.set("x-said-last", value);
  return said;
}

function serviceError(): Partial<ServiceError> {
  const error = failure();
  const trailer = setTrailerStatus(new Headers(), error);
  const kept = ["x-m", "grpc-status-details-bin"].map((name) => [name, trailer.get(name) ?? ""]);
  const metadata = metadataFrom(Object.fromEntries(kept));
  return { code: error.code as number, details: error.rawMessage, metadata };
}

function connectErrorFrom({ code, details, metadata }: ServiceError): ConnectError {
  const headers = headersFrom(metadata);
  const told = findTrailerError(headers);
  const error = new ConnectError(details, code as number, headers);
  error.details = told?.details ?? [];
  return error;
}

function metadataFrom(header: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(header)) {
    metadata.set(name, name.endsWith("-bin") ? Buffer.from(value, "base64") : value);
  }
  return metadata;
}

function headersFrom(metadata: Metadata): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(metadata.getMap())) {
    headers.set(name, typeof value === "string" ? value : value.toString("base64"));
  }
  return headers;
}
