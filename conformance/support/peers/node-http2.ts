/** Client and server of gRPC made by hand on `node:http2`. */
import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { ConnectError } from "@connectrpc/connect";
import { findTrailerError, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { envelope, textsIn } from "../envelope.js";
import { failure } from "../served.js";
import { type Callee, type Caller, type CallerOptions, firstOf, type Kind } from "./caller.js";
import { newWaiting, type Waiting } from "./waiting.js";

const { NGHTTP2_CANCEL } = http2.constants;

/** A client on one session. */
export function openNodeHttp2Caller(port: number): Caller {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  return {
    call: (kind, texts, options = {}) => callOn(session, kind, texts, options),
    close: async () => session.destroy(),
  };
}

async function callOn(
  session: http2.ClientHttp2Session,
  kind: Kind,
  texts: AsyncIterable<string>,
  { header = {}, timeoutMs, signal, onText }: CallerOptions,
) {
  const method = kind.charAt(0).toUpperCase() + kind.slice(1);
  const stream = session.request({
    ...{ ":method": "POST", ":path": `/kinds.KindsService/${method}` },
    ...{ "content-type": "application/grpc", te: "trailers", ...header },
    ...(timeoutMs !== undefined && { "grpc-timeout": `${timeoutMs}m` }),
  });
  signal?.addEventListener("abort", () => stream.close(NGHTTP2_CANCEL));
  const got = { texts: [] as string[], header: new Headers(), trailer: new Headers() };
  stream.on("response", (fields) => {
    got.header = headersFrom(fields);
  });
  stream.on("trailers", (fields) => {
    got.trailer = headersFrom(fields);
  });
  const reader = new EnvelopeReader();
  stream.on("data", (bytes: Buffer) => {
    for (const text of reader.read(bytes)) {
      got.texts.push(text);
      onText?.(text);
    }
  });
  const closed = once(stream, "close");
  closed.catch(() => undefined);
  await Promise.race([sendAll(stream, kind, texts), closed]);
  await closed;
  if (signal?.aborted) throw new ConnectError("cancelled here", 1);
  const error = findTrailerError(got.trailer) ?? findTrailerError(got.header);
  if (error !== undefined) throw error;
  return got;
}

async function sendAll(
  stream: http2.ClientHttp2Stream,
  kind: Kind,
  texts: AsyncIterable<string>,
): Promise<void> {
  if (kind === "unary" || kind === "watch") stream.write(envelope(await firstOf(texts)));
  else for await (const text of texts) stream.write(envelope(text));
  stream.end();
}

/** A server. It answers as `script` says, for the kinds that the test of pairs calls. */
export async function openNodeHttp2Callee(): Promise<Callee> {
  const waiting = newWaiting();
  const server = http2.createServer();
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, fields) => new ServedStream(stream, fields, waiting));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    for (const session of sessions) session.destroy();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, waiting, close };
}

class ServedStream {
  readonly #stream: http2.ServerHttp2Stream;
  readonly #fields: http2.IncomingHttpHeaders;
  readonly #kind: string;
  readonly #waiting: Waiting;
  readonly #collected: string[] = [];
  #waits = false;

  constructor(
    stream: http2.ServerHttp2Stream,
    fields: http2.IncomingHttpHeaders,
    waiting: Waiting,
  ) {
    this.#stream = stream;
    this.#fields = fields;
    this.#kind = String(fields[":path"]).replace("/kinds.KindsService/", "");
    this.#waiting = waiting;
    const reader = new EnvelopeReader();
    stream.on("error", () => undefined);
    stream.on("data", (bytes: Buffer) => {
      for (const text of reader.read(bytes)) this.#hear(text);
    });
    stream.on("end", () => this.#finish());
  }

  #hear(text: string): void {
    if (text === "wait") this.#wait();
    else if (text === "fail") this.#fail();
    else if (this.#kind === "Unary") this.#send(text === "time" ? this.#timeLeft() : text);
    else if (this.#kind === "Watch") for (const letter of text) this.#send(letter);
    else if (this.#kind === "Collect") this.#collected.push(text);
    else this.#send(`re: ${text}`);
  }

  #wait(): void {
    this.#waits = true;
    this.#stream.on("close", this.#waiting.begin());
  }

  #finish(): void {
    if (this.#waits || this.#stream.writableEnded) return;
    if (this.#kind === "Collect") this.#send(this.#collected.join("+"));
    this.#respond();
    this.#stream.end();
  }

  #respond(): void {
    if (this.#stream.headersSent) return;
    const { "x-say": said, "x-say-bin": bytes } = this.#fields;
    const fields = {
      ":status": 200,
      "content-type": "application/grpc",
      ...(said !== undefined && { "x-said": said }),
      ...(bytes !== undefined && { "x-said-bin": bytes }),
    };
    this.#stream.respond(fields, { waitForTrailers: true });
    this.#stream.once("wantTrailers", () => {
      const last = said === undefined ? {} : { "x-said-last": said };
      this.#stream.sendTrailers({ "grpc-status": "0", ...last });
    });
  }

  #send(text: string): void {
    this.#respond();
    this.#stream.write(envelope(text));
  }

  #fail(): void {
    const fields = Object.fromEntries(setTrailerStatus(new Headers(), failure()));
    const all = { ":status": 200, "content-type": "application/grpc", ...fields };
    this.#stream.respond(all, { endStream: true });
  }

  #timeLeft(): string {
    return String(this.#fields["grpc-timeout"]).replace("m", "");
  }
}

/** Cuts messages out of what comes in pieces. */
class EnvelopeReader {
  #rest: Buffer = Buffer.alloc(0);

  read(bytes: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    let end = 0;
    while (this.#rest.length >= end + 5) {
      const next = end + 5 + this.#rest.readUInt32BE(end + 1);
      if (next > this.#rest.length) break;
      end = next;
    }
    const texts = textsIn(this.#rest.subarray(0, end));
    this.#rest = this.#rest.subarray(end);
    return texts;
  }
}

function headersFrom(fields: http2.IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    if (!name.startsWith(":")) headers.set(name, String(value));
  }
  return headers;
}
