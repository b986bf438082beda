/** A client that speaks HTTP/2 and leaves gRPC to the test, so that it can break its rules. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type ClientStream,
  type HeaderList,
  Http2ClientConnection,
  PreparedHeaders,
  type StreamEnd,
  type StreamSink,
} from "@thrice/http2";
import { NoteSchema } from "../../gen/kinds/kinds_pb.js";
import { note } from "./served.js";

/** Connects. */
export async function openRawClient(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  const connection = new Http2ClientConnection(socket, {});
  await new Promise((resolve) => connection.ping(resolve));
  return {
    socket,
    connection,
    start: (method: string, fields: Fields = {}, options: StartOptions = {}) =>
      new RawCall(connection, { ":path": `/kinds.KindsService/${method}`, ...fields }, options),
    close: async () => {
      const closed = socket.closed ? undefined : once(socket, "close");
      connection.destroy();
      await closed;
    },
  };
}

type Fields = Readonly<Record<string, string>>;

interface StartOptions {
  /** Ends the request with its headers. */
  readonly endStream?: boolean;
  /** Gives no credit for what the server sends. */
  readonly takesNothing?: boolean;
}

/** One request, and all that comes back. */
export class RawCall implements StreamSink {
  readonly credit: "auto" | "manual";
  readonly stream: ClientStream;
  /** Of the response. */
  headers: HeaderList | undefined;
  trailers: HeaderList | undefined;
  /** Status of each 1xx response. */
  readonly informational: string[] = [];
  receivedBytes = 0;
  readonly #chunks: Buffer[] = [];
  readonly #ended = Promise.withResolvers<StreamEnd>();
  #onProgress: () => void = () => undefined;

  constructor(
    connection: Http2ClientConnection,
    fields: Fields,
    options: StartOptions,
    varying: readonly string[] = [],
  ) {
    this.credit = options.takesNothing ? "manual" : "auto";
    const all = { ...usualFields, ...fields };
    const headers = new PreparedHeaders(Object.entries(all).flat());
    this.stream = connection.request(headers, varying, this, options.endStream === true);
  }

  /** How the stream ended. */
  get ended(): Promise<StreamEnd> {
    return this.#ended.promise;
  }

  /** The status, once the stream has ended. */
  async status(): Promise<{ code: number; message: string }> {
    await this.ended;
    const list = this.trailers ?? this.headers;
    const message = decodeURIComponent(list?.get("grpc-message") ?? "");
    return { code: Number(list?.get("grpc-status")), message };
  }

  /** Sends bytes as they are. */
  send(bytes: Uint8Array, endStream = false): this {
    this.stream.sendData(bytes, endStream);
    return this;
  }

  /** Sends messages. */
  sendNotes(texts: readonly string[], endStream = false): this {
    return this.send(Buffer.concat(texts.map((text) => envelope(text))), endStream);
  }

  /** The texts of the messages that came so far. */
  texts(): string[] {
    const bytes = Buffer.concat(this.#chunks);
    const texts: string[] = [];
    for (let at = 0; at + 5 <= bytes.length; ) {
      const end = at + 5 + bytes.readUInt32BE(at + 1);
      texts.push(fromBinary(NoteSchema, bytes.subarray(at + 5, end)).text);
      at = end;
    }
    return texts;
  }

  body(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Resolves once `isReached` says so; it is asked whenever something has come. */
  until(isReached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onProgress = () => {
        if (isReached()) resolve();
      };
      this.#onProgress();
    });
  }

  onHeaders(headers: HeaderList): void {
    this.headers = headers;
    this.#onProgress();
  }

  onInformational(headers: HeaderList): void {
    this.informational.push(headers.get(":status") ?? "");
    this.#onProgress();
  }

  onData(bytes: Buffer): void {
    this.receivedBytes += bytes.length;
    if (this.credit === "auto") this.#chunks.push(bytes);
    this.#onProgress();
  }

  onTrailers(headers: HeaderList): void {
    this.trailers = headers;
  }

  onEnd(end: StreamEnd): void {
    this.#ended.resolve(end);
    this.#onProgress();
  }
}

/** A message with its head. */
export function envelope(text: string, flags = 0): Buffer {
  return withHead(toBinary(NoteSchema, note(text)), flags);
}

export function withHead(payload: Uint8Array, flags = 0): Buffer {
  const bytes = Buffer.alloc(5 + payload.length, payload);
  bytes.writeUInt8(flags);
  bytes.writeUInt32BE(payload.length, 1);
  bytes.set(payload, 5);
  return bytes;
}

const usualFields = {
  ":method": "POST",
  ":scheme": "http",
  ":path": "/",
  ":authority": "test",
  te: "trailers",
  "content-type": "application/grpc",
};
