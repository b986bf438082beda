/** This package, with gRPC's five bytes in front of each message and nothing else of an RPC. */
import { connect as connectSocket, createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";
import {
  type ClientStream,
  Http2ClientConnection,
  Http2ServerConnection,
  PreparedHeaders,
  type ServerStream,
  type StreamSink,
} from "../src/index.js";
import { makeCertificate } from "../src/testing/certificate.js";
import type { Contestant } from "./contestant.js";

const request = new PreparedHeaders([
  ...[":method", "POST", ":scheme", "http", ":path", "/bench.Echo/Say"],
  ...[":authority", "127.0.0.1", "te", "trailers", "content-type", "application/grpc+proto"],
  ...["user-agent", "thrice-bench"],
]);
const response = new PreparedHeaders([":status", "200", "content-type", "application/grpc+proto"]);
const trailers = new PreparedHeaders(["grpc-status", "0"]);
const none: readonly string[] = [];
const nothing = Buffer.alloc(0);

/** Joins the slices of a message; one slice is the rule. */
class Message {
  #first: Buffer = nothing;
  #more: Buffer[] | undefined;

  add(bytes: Buffer): void {
    if (this.#first === nothing) {
      this.#first = bytes;
    } else {
      this.#more ??= [this.#first];
      this.#more.push(bytes);
    }
  }

  take(): Buffer {
    return this.#more === undefined ? this.#first : Buffer.concat(this.#more);
  }
}

class ServerCall implements StreamSink {
  readonly #stream: ServerStream;
  readonly #message = new Message();

  constructor(stream: ServerStream) {
    this.#stream = stream;
  }

  onData(bytes: Buffer, endStream: boolean): void {
    this.#message.add(bytes);
    if (endStream) void this.#handle(this.#message.take());
  }

  onEnd(): void {}

  async #handle(message: Buffer): Promise<void> {
    const answer = await echo(message.subarray(5));
    this.#stream.respond(response, none, false);
    this.#stream.sendData(answer, false, prefixOf(answer.length));
    this.#stream.sendTrailers(trailers);
  }
}

async function echo(message: Buffer): Promise<Buffer> {
  return message;
}

const prefix = Buffer.alloc(5);

function prefixOf(length: number): Buffer {
  prefix.writeUInt32BE(length, 1);
  return prefix;
}

class ClientCall implements StreamSink {
  readonly #message = new Message();
  readonly #resolve: (length: number) => void;
  readonly #reject: (error: Error) => void;
  #status: string | undefined;

  constructor(resolve: (length: number) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onData(bytes: Buffer): void {
    this.#message.add(bytes);
  }

  onTrailers(headers: { get(name: string): string | undefined }): void {
    this.#status = headers.get("grpc-status");
  }

  onEnd(end: { kind: string }): void {
    if (end.kind !== "completed" || this.#status !== "0") this.#reject(new Error(end.kind));
    else this.#resolve(this.#message.take().length - 5);
  }
}

type Accept = (onSocket: (socket: Duplex) => void) => Server;
type Dial = (port: number) => Duplex;

function createContestant(accept: Accept, dial: Dial): Contestant {
  return {
    serve() {
      const onStream = (stream: ServerStream) => new ServerCall(stream);
      const options = { listener: { onStream } };
      const server = accept((socket) => new Http2ServerConnection(socket, options));
      return new Promise((resolve) => {
        server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
      });
    },
    async connect(port) {
      const connection = new Http2ClientConnection(dial(port));
      await new Promise((resolve) => connection.ping(resolve));
      let serial = 0;
      return {
        call: (message) =>
          new Promise((resolve, reject) => {
            // A timeout that varies, as deadlines do.
            const extra = ["grpc-timeout", `${990 + (serial++ % 10)}m`];
            const call = new ClientCall(resolve, reject);
            const stream: ClientStream = connection.request(request, extra, call, false);
            stream.sendData(message, true, prefixOf(message.length));
          }),
        close: () => connection.close(),
      };
    },
  };
}

/** Over TCP. */
export const thriceContestant: Contestant = createContestant(
  (onSocket) => createServer(onSocket),
  (port) => connectSocket(port, "127.0.0.1"),
);

/** Over TLS. */
export const thriceTlsContestant: Contestant = createContestant(
  (onSocket) => tls.createServer({ ...makeCertificate(), ALPNProtocols: ["h2"] }, onSocket),
  (port) =>
    tls.connect({ port, host: "127.0.0.1", ALPNProtocols: ["h2"], rejectUnauthorized: false }),
);
