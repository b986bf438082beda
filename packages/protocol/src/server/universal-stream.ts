/** Serves a request over HTTP/2 with one of Connect's handlers: the body as it is read, the answer as it is taken. */
import type { ConnectError } from "@connectrpc/connect";
import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import {
  ErrorCode,
  type HeaderList,
  PreparedHeaders,
  type ServerStream,
  type StreamEnd,
  type StreamSink,
} from "@thrice/http2";
import { headersFromList } from "../grpc/headers-from-list.js";
import { IncomingQueue } from "../grpc/incoming-queue.js";
import { type Cancellable, canceledBy } from "../grpc/server-context.js";
import { fieldsFromHeaders } from "./header-fields.js";
import { type PeerIdentity, valuesWithPeer } from "./peer-identity.js";

/** Answers a request. */
export type Respond = (request: UniversalServerRequest) => Promise<UniversalServerResponse>;

export class UniversalStream implements StreamSink, Cancellable {
  readonly credit = "manual";
  readonly #stream: ServerStream;
  readonly #peer: PeerIdentity | undefined;
  readonly #body: IncomingQueue<Buffer, Uint8Array>;
  readonly #controller = new AbortController();
  #hasWholeRequest = false;
  #onWholeRequest: (() => void) | undefined = undefined;
  #resume: (() => void) | undefined = undefined;

  constructor(stream: ServerStream, peer: PeerIdentity | undefined) {
    this.#stream = stream;
    this.#peer = peer;
    this.#body = new IncomingQueue<Buffer, Uint8Array>(
      (bytes) => bytes,
      (bytes) => stream.addCredit(bytes),
    );
  }

  /** Resolves when the answer is out or nobody wants it. Rejects with what the handler threw, and breaks the stream off. */
  async serve(headers: HeaderList, respond: Respond): Promise<void> {
    try {
      const answer = await respond(this.#request(headers));
      if (isShort(headers)) await this.#wholeRequest();
      await this.#send(headers.get(":method") === "HEAD" ? withoutContent(answer) : answer);
      this.#askToStop();
    } catch (reason) {
      this.#stream.reset(ErrorCode.INTERNAL_ERROR);
      throw reason;
    } finally {
      void this.#body.return();
      this.#controller.abort();
    }
  }

  onData(bytes: Buffer, endStream: boolean): void {
    if (bytes.length > 0) this.#body.push(bytes);
    this.#body.noteArrived(bytes.length);
    if (endStream) this.onRequestEnd();
  }

  onTrailers(): void {
    this.onRequestEnd();
  }

  /** The caller has sent all. */
  onRequestEnd(): void {
    this.#hasWholeRequest = true;
    this.#body.finish();
    this.#onWholeRequest?.();
  }

  onWritable(): void {
    this.#resume?.();
  }

  onEnd(end: StreamEnd): void {
    if (end.kind !== "completed") {
      const error = canceledBy(end);
      this.#body.abort(error);
      this.#controller.abort(error);
    }
    this.#resume?.();
    this.#onWholeRequest?.();
  }

  cancel(error: ConnectError): void {
    this.#body.abort(error);
    this.#controller.abort(error);
    this.#onWholeRequest?.();
    this.#resume?.();
  }

  /** Resolves once the caller has sent all, or is gone. */
  #wholeRequest(): Promise<void> {
    const isNoUse = this.#stream.hasEnded || this.#controller.signal.aborted;
    if (this.#hasWholeRequest || isNoUse) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onWholeRequest = resolve;
    });
  }

  #request(headers: HeaderList): UniversalServerRequest {
    const part = (name: string) => headers.get(name) ?? "";
    return {
      httpVersion: "2.0",
      method: part(":method"),
      url: `${part(":scheme")}://${part(":authority")}${part(":path")}`,
      header: headersFromList(headers),
      body: this.#body,
      signal: this.#controller.signal,
      ...(this.#peer !== undefined && { contextValues: valuesWithPeer(this.#peer) }),
    };
  }

  async #send({ status, header, body, trailer }: UniversalServerResponse): Promise<void> {
    if (body === undefined) {
      this.#stream.respond(statusHeaders(status), fieldsFromHeaders(header), true);
      return;
    }
    const chunks = body[Symbol.asyncIterator]();
    try {
      // Headers go out after the first chunk is there: until then the handler may add to them.
      let chunk = await chunks.next();
      this.#stream.respond(statusHeaders(status), fieldsFromHeaders(header), false);
      for (; !chunk.done; chunk = await chunks.next()) {
        if (!this.#stream.sendData(chunk.value, false)) await this.#writable();
        if (this.#stream.hasEnded) return;
      }
      const fields = fieldsFromHeaders(trailer);
      if (fields.length === 0) this.#stream.sendData(nothing, true);
      else this.#stream.sendTrailers(noHeaders, fields);
    } finally {
      // A chunk that hangs is not waited for.
      chunks.return?.().catch(() => undefined);
    }
  }

  #writable(): Promise<void> {
    if (this.#stream.hasEnded) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resume = () => {
        this.#resume = undefined;
        resolve();
      };
    });
  }

  /** @see RFC 9113 section 8.1. What waits for a window would be lost; the stream then ends with the request. */
  #askToStop(): void {
    if (this.#hasWholeRequest || this.#stream.bufferedBytes > 0) return;
    this.#stream.reset(ErrorCode.NO_ERROR);
  }
}

/**
 * Whether a request says that it is short and on its way; then it is answered when it is there. Some callers, such as curl
 * 7.88, hang if the answer comes before, or drop it if a reset follows.
 */
function isShort(headers: HeaderList): boolean {
  const length = Number(headers.get("content-length") ?? Number.NaN);
  return length <= shortRequestBytes && headers.get("expect") === undefined;
}

/** @see RFC 9110 section 9.3.2 */
function withoutContent({ status, header }: UniversalServerResponse): UniversalServerResponse {
  return { status, ...(header && { header }) };
}

const shortRequestBytes = 65_536;
const nothing = Buffer.alloc(0);
const noHeaders = new PreparedHeaders([]);

/** Prepared when first needed; there are not many. */
function statusHeaders(status: number): PreparedHeaders {
  const known = prepared.get(status);
  if (known !== undefined) return known;
  const made = new PreparedHeaders([":status", String(status)]);
  prepared.set(status, made);
  return made;
}

const prepared = new Map<number, PreparedHeaders>();
