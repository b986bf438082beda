import { type AddressInfo, createServer } from "node:net";
import {
  Http2ServerConnection,
  PreparedHeaders,
  type ServerStream,
  type StreamSink,
} from "@thrice/http2";

/** Serves an echo on HTTP/2 alone: no path, no message, no status but 0. */
export function serveBare(): Promise<number> {
  const server = createServer((socket) => {
    new Http2ServerConnection(socket, { listener: { onStream: (stream) => new BareCall(stream) } });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

class BareCall implements StreamSink {
  readonly #stream: ServerStream;

  constructor(stream: ServerStream) {
    this.#stream = stream;
  }

  onData(bytes: Buffer): void {
    this.#stream.respond(headers, none, false);
    this.#stream.sendData(bytes, false);
    this.#stream.sendTrailers(trailers);
  }

  onEnd(): void {}
}

const headers = new PreparedHeaders([":status", "200", "content-type", "application/grpc+proto"]);
const trailers = new PreparedHeaders(["grpc-status", "0"]);
const none: readonly string[] = [];
