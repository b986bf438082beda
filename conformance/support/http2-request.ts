/** One request of `@thrice/http2`, and all that came back. */
import {
  type HeaderList,
  type Http2ClientConnection,
  PreparedHeaders,
  type StreamEnd,
  type StreamSink,
} from "@thrice/http2";

/** How a request ended. */
export interface Http2Answer {
  readonly status: string | undefined;
  readonly headers: HeaderList | undefined;
  readonly trailers: readonly string[];
  readonly body: Buffer;
  readonly end: StreamEnd;
}

/** Makes a request: GET, or POST of `body`. */
export function request(
  connection: Http2ClientConnection,
  path: string,
  body?: Uint8Array,
  extra: readonly string[] = [],
): Promise<Http2Answer> {
  return new Promise((resolve) => {
    const sink = new Collector(resolve);
    const method = body === undefined ? "GET" : "POST";
    const fields = [":method", method, ":scheme", "http", ":path", path, ":authority", "test"];
    const prepared = new PreparedHeaders(fields);
    const stream = connection.request(prepared, extra, sink, body === undefined);
    sink.addCredit = (bytes) => stream.addCredit(bytes);
    if (body !== undefined) stream.sendData(body, true);
  });
}

class Collector implements StreamSink {
  readonly credit = "manual";
  readonly #resolve: (answer: Http2Answer) => void;
  readonly #chunks: Buffer[] = [];
  #headers: HeaderList | undefined;
  #trailers: readonly string[] = [];
  addCredit: (bytes: number) => void = () => undefined;

  constructor(resolve: (answer: Http2Answer) => void) {
    this.#resolve = resolve;
  }

  onHeaders(headers: HeaderList): void {
    this.#headers = headers;
  }

  onData(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.addCredit(bytes.length);
  }

  onTrailers(trailers: HeaderList): void {
    this.#trailers = trailers.toFlat();
  }

  onEnd(end: StreamEnd): void {
    this.#resolve({
      status: this.#headers?.get(":status"),
      headers: this.#headers,
      trailers: this.#trailers,
      body: Buffer.concat(this.#chunks),
      end,
    });
  }
}
