/** One request over HTTP/2, with its body as it is made and its response as it is read. */
import type { ConnectError } from "@connectrpc/connect";
import type { UniversalClientRequest, UniversalClientResponse } from "@connectrpc/connect/protocol";
import {
  type ClientStream,
  ErrorCode,
  type HeaderList,
  PreparedHeaders,
  type StreamEnd,
  type StreamSink,
} from "@thrice/http2";
import type { WireError } from "../client/wire-error.js";
import type { ConnectionPool } from "../connection/connection-pool.js";
import type { ConnectionWaiter } from "../connection/connection-waiter.js";
import type { PooledConnection } from "../connection/pooled-connection.js";
import { explainEnd } from "../grpc/explain-end.js";
import { headersFromList } from "../grpc/headers-from-list.js";
import { IncomingQueue } from "../grpc/incoming-queue.js";
import { unsendable } from "../grpc/unsendable.js";
import { fieldsFromHeaders } from "../server/header-fields.js";
import { BodySender } from "./body-sender.js";
import type { HttpExchange } from "./http-exchange.js";

export class Http2Exchange implements HttpExchange, StreamSink, ConnectionWaiter {
  readonly credit = "manual";
  readonly #pool: ConnectionPool;
  readonly #repair: (headers: Headers) => Headers;
  readonly #response = Promise.withResolvers<UniversalClientResponse>();
  readonly #trailer = new Headers();
  readonly #body: IncomingQueue<Buffer, Uint8Array>;
  #request: UniversalClientRequest | undefined;
  #sender: BodySender | undefined;
  #stream: ClientStream | undefined;
  #isWaiting = false;
  #isOver = false;

  /** `repair` is given header and trailer of the response before anybody reads them. */
  constructor(pool: ConnectionPool, repair: (headers: Headers) => Headers) {
    this.#pool = pool;
    this.#repair = repair;
    this.#response.promise.catch(() => undefined); // whoever sends gets it, if anybody does
    this.#body = new IncomingQueue<Buffer, Uint8Array>(
      (bytes) => bytes,
      (bytes) => this.#stream?.addCredit(bytes),
    );
  }

  send(request: UniversalClientRequest): Promise<UniversalClientResponse> {
    this.#request = request;
    const { body, signal } = request;
    if (body !== undefined) this.#sender = new BodySender(body);
    signal?.addEventListener("abort", () => this.abort(signal.reason), { once: true });
    if (signal?.aborted) this.abort(signal.reason);
    if (this.#isOver) this.#sender?.leave();
    else this.#connect();
    return this.#response.promise;
  }

  abort(error: ConnectError): void {
    this.#finish(error, true);
  }

  onConnection(connection: PooledConnection): void {
    this.#isWaiting = false;
    this.#begin(connection);
  }

  onFailure(error: WireError): void {
    this.#isWaiting = false;
    this.#finish(error);
  }

  onHeaders(headers: HeaderList, endStream: boolean): void {
    const header = this.#repair(headersFromList(headers));
    const status = Number(headers.get(":status"));
    const body = read(this.#body);
    this.#response.resolve({ status, header, body, trailer: this.#trailer });
    if (endStream) this.#finish();
  }

  onData(bytes: Buffer, endStream: boolean): void {
    if (this.#isOver) return;
    if (bytes.length > 0) this.#body.push(bytes);
    this.#body.noteArrived(bytes.length);
    if (endStream) this.#finish();
  }

  onTrailers(trailers: HeaderList): void {
    for (const [name, value] of this.#repair(headersFromList(trailers)))
      this.#trailer.append(name, value);
    this.#finish();
  }

  onWritable(): void {
    this.#sender?.resume();
  }

  onEnd(end: StreamEnd): void {
    if (!this.#isOver) this.#finish(explainEnd(this.#pool.peer, end));
  }

  #connect(): void {
    const connection = this.#pool.take();
    if (connection !== undefined) {
      this.#begin(connection);
      return;
    }
    this.#isWaiting = true;
    this.#pool.wait(this);
  }

  #begin(connection: PooledConnection): void {
    const { method, url, header } = this.#request as UniversalClientRequest;
    const { protocol, host, pathname, search } = new URL(url);
    const fixed = [":method", method, ":scheme", protocol.slice(0, -1)];
    fixed.push(":path", `${pathname}${search}`, ":authority", host);
    if (header.get("te") === "trailers") fixed.push("te", "trailers");
    const sender = this.#sender;
    try {
      const fields = fieldsFromHeaders(header);
      const headers = new PreparedHeaders(fixed);
      const stream = connection.request(headers, fields, this, sender === undefined);
      this.#stream = stream;
      if (sender !== undefined) this.#sendBody(stream, sender);
    } catch (cause) {
      this.#finish(unsendable(cause));
    }
  }

  #sendBody(stream: ClientStream, sender: BodySender): void {
    sender
      .run((chunk) => stream.sendData(chunk, false) || stream.hasEnded)
      .then(
        () => void (sender.hasEnded && stream.sendData(noBytes, true)),
        (reason) => this.#finish(unsendable(reason), true),
      );
  }

  /** Ends the exchange, once; `now` drops what waits to be read. */
  #finish(error?: ConnectError, now = false): void {
    if (now && !this.#isOver) this.#body.abort(error);
    if (this.#isOver) return;
    this.#isOver = true;
    if (error === undefined) this.#body.finish();
    else this.#body.fail(error);
    if (error !== undefined) this.#response.reject(error);
    if (this.#isWaiting) this.#pool.abandon(this);
    const isSending = this.#sender?.hasEnded === false;
    this.#sender?.leave();
    if (this.#stream?.hasEnded !== false) return;
    if (error !== undefined) this.#stream.reset(ErrorCode.CANCEL);
    else if (isSending) this.#stream.reset(ErrorCode.NO_ERROR); // the peer wants no more of the request
  }
}

/** Connect wants a body that takes `throw()`, as generators do. */
async function* read(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) yield chunk;
}

const noBytes = new Uint8Array(0);
