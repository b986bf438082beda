/** Clients whose stubs have the shape of Connect's: ours, and connect-node's for each protocol. */
import { createClient, type Transport } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { type ClientOptions, newClient } from "@thrice/client";
import { memoryLogger } from "@thrice/core/testing";
import { KindsService, type Note } from "../../gen/kinds/kinds_pb.js";
import { newKindsService } from "../../gen/kinds/kinds_thrice.js";
import { type Caller, type CallerOptions, firstOf, type Got, type Kind } from "./caller.js";

/** Our client, with its defaults but for the bound of an attempt, which would hide a call's deadline. */
export function openThriceCaller(port: number, options: Partial<ClientOptions> = {}): Caller {
  const url = `tri://127.0.0.1:${port}`;
  const client = newClient({ url, attemptTimeoutMs: 0, logger: memoryLogger(), ...options });
  const stub = newKindsService(client);
  return callerOf(
    {
      unary: (note, { headers, ...rest }) => stub.unary(note, { ...rest, attachments: headers }),
      watch: (note, { headers, ...rest }) => stub.watch(note, { ...rest, attachments: headers }),
      collect: (many, { headers, ...rest }) =>
        stub.collect(many, { ...rest, attachments: headers }),
      chat: (many, { headers, ...rest }) => stub.chat(many, { ...rest, attachments: headers }),
    },
    () => client.close(),
  );
}

const gzip = {
  sendCompression: compressionGzip,
  acceptCompression: [compressionGzip],
  compressMinBytes: 0,
};

/** connect-node's transports, by what they speak. */
const transports = {
  gRPC: ({ baseUrl, sessionManager }: To) => createGrpcTransport({ baseUrl, sessionManager }),
  "gRPC with gzip": ({ baseUrl, sessionManager }: To) =>
    createGrpcTransport({ baseUrl, sessionManager, ...gzip }),
  "gRPC-Web over HTTP/1.1": ({ baseUrl }: To) =>
    createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-Web over HTTP/2": ({ baseUrl, sessionManager }: To) =>
    createGrpcWebTransport({ baseUrl, httpVersion: "2", sessionManager }),
  "Connect over HTTP/1.1": ({ baseUrl }: To) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  "Connect over HTTP/2": ({ baseUrl, sessionManager }: To) =>
    createConnectTransport({ baseUrl, httpVersion: "2", sessionManager }),
  "Connect with gzip": ({ baseUrl, sessionManager }: To) =>
    createConnectTransport({ baseUrl, httpVersion: "2", sessionManager, ...gzip }),
} satisfies Record<string, (to: To) => Transport>;

export type ConnectNodeSpeech = keyof typeof transports;

interface To {
  readonly baseUrl: string;
  readonly sessionManager: Http2SessionManager;
}

/** connect-node's client. */
export function openConnectNodeCaller(speech: ConnectNodeSpeech, port: number): Caller {
  const baseUrl = `http://127.0.0.1:${port}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const client = createClient(KindsService, transports[speech]({ baseUrl, sessionManager }));
  return callerOf(client, async () => sessionManager.abort());
}

interface StubOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onHeader: (headers: Headers) => void;
  readonly onTrailer: (trailers: Headers) => void;
}

interface Stub {
  unary(note: { text: string }, options: StubOptions): Promise<Note>;
  watch(note: { text: string }, options: StubOptions): AsyncIterable<Note>;
  collect(notes: AsyncIterable<{ text: string }>, options: StubOptions): Promise<Note>;
  chat(notes: AsyncIterable<{ text: string }>, options: StubOptions): AsyncIterable<Note>;
}

function callerOf(stub: Stub, close: () => Promise<void>): Caller {
  const call = async (
    kind: Kind,
    texts: AsyncIterable<string>,
    { header = {}, onText, ...rest }: CallerOptions = {},
  ): Promise<Got> => {
    const got = { texts: [] as string[], header: new Headers(), trailer: new Headers() };
    const options: StubOptions = {
      ...rest,
      headers: header,
      onHeader: (headers) => {
        got.header = headers;
      },
      onTrailer: (trailers) => {
        got.trailer = trailers;
      },
    };
    for await (const { text } of answers(stub, kind, texts, options)) {
      got.texts.push(text);
      onText?.(text);
    }
    return got;
  };
  return { call, close };
}

async function* answers(
  stub: Stub,
  kind: Kind,
  texts: AsyncIterable<string>,
  options: StubOptions,
): AsyncGenerator<Note> {
  if (kind === "unary") yield await stub.unary({ text: await firstOf(texts) }, options);
  else if (kind === "watch") yield* stub.watch({ text: await firstOf(texts) }, options);
  else if (kind === "collect") yield await stub.collect(notes(texts), options);
  else yield* stub.chat(notes(texts), options);
}

async function* notes(texts: AsyncIterable<string>): AsyncGenerator<{ text: string }> {
  for await (const text of texts) yield { text };
}
