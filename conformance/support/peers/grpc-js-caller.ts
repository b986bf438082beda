/** A client made with grpc-js. */
import { ConnectError } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  credentials,
  type Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import type { Note } from "../../gen/kinds/kinds_pb.js";
import { type Caller, type CallerOptions, firstOf, type Kind } from "./caller.js";
import { headersFrom, metadataFrom, methods, type NoteMethod, note } from "./grpc-js-wire.js";

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

function connectErrorFrom({ code, details, metadata }: ServiceError): ConnectError {
  const headers = headersFrom(metadata);
  const told = findTrailerError(headers);
  const error = new ConnectError(details, code as number, headers);
  error.details = told?.details ?? [];
  return error;
}
