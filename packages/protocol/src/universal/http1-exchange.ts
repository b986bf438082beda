/** One request over HTTP/1.1, with its body as it is made and its response as it is read. */
import type { ClientRequest, IncomingMessage } from "node:http";
import type { ConnectError } from "@connectrpc/connect";
import type { UniversalClientRequest, UniversalClientResponse } from "@connectrpc/connect/protocol";
import { WireError } from "../client/wire-error.js";
import { connectionBroke } from "../connection/pool-error.js";
import { unsendable } from "../grpc/unsendable.js";
import { fieldsFromHeaders } from "../server/header-fields.js";
import { BodySender } from "./body-sender.js";
import type { HttpExchange } from "./http-exchange.js";

/** Opens the way for a request; `fields` are names and values by turns. May throw. */
export type StartHttp1 = (
  request: UniversalClientRequest,
  fields: readonly string[],
) => StartedHttp1;

/** A request that waits for its connection, or has it. */
export interface StartedHttp1 {
  readonly request: ClientRequest;
  /** Makes a failure of the request's into the error that tells its origin. */
  explain(cause: Error): ConnectError;
}

export class Http1Exchange implements HttpExchange {
  readonly #peer: string;
  readonly #start: StartHttp1;
  readonly #onOver: (exchange: Http1Exchange) => void;
  readonly #response = Promise.withResolvers<UniversalClientResponse>();
  #sender: BodySender | undefined;
  #started: StartedHttp1 | undefined;
  #failure: ConnectError | undefined;
  #isOver = false;

  constructor(peer: string, start: StartHttp1, onOver: (exchange: Http1Exchange) => void) {
    this.#peer = peer;
    this.#start = start;
    this.#onOver = onOver;
    this.#response.promise.catch(() => undefined); // whoever sends gets it, if anybody does
  }

  send(universal: UniversalClientRequest): Promise<UniversalClientResponse> {
    const { body, signal, header } = universal;
    if (body !== undefined) this.#sender = new BodySender(body);
    signal?.addEventListener("abort", () => this.abort(signal.reason), { once: true });
    if (signal?.aborted) this.abort(signal.reason);
    try {
      if (this.#isOver) this.#sender?.leave();
      else this.#begin(this.#start(universal, fieldsFromHeaders(header)));
    } catch (cause) {
      this.#finish(WireError.is(cause) ? cause : unsendable(cause));
    }
    return this.#response.promise;
  }

  abort(error: ConnectError): void {
    this.#finish(error);
  }

  #begin(started: StartedHttp1): void {
    const { request } = started;
    this.#started = started;
    request.on("response", (response) => this.#take(response));
    request.on("error", (cause) => this.#finish(started.explain(cause)));
    request.on("drain", () => this.#sender?.resume());
    request.on("close", () => this.#finish(started.explain(new Error("the peer closed it"))));
    const sender = this.#sender;
    if (sender === undefined) {
      request.end();
      return;
    }
    request.flushHeaders();
    sender
      .run((chunk) => request.write(chunk) || request.destroyed)
      .then(
        () => void (sender.hasEnded && request.end()),
        (reason) => this.#finish(unsendable(reason)),
      );
  }

  #take(response: IncomingMessage): void {
    response.on("error", () => undefined); // whoever reads gets it
    const { statusCode = 0, rawHeaders } = response;
    const trailer = new Headers();
    const body = this.#read(response, trailer);
    this.#response.resolve({ status: statusCode, header: headersOf(rawHeaders), body, trailer });
  }

  async *#read(response: IncomingMessage, trailer: Headers): AsyncGenerator<Uint8Array> {
    try {
      yield* response;
    } catch (cause) {
      throw this.#failure ?? connectionBroke(this.#peer, cause as Error);
    }
    for (const [name, value] of headersOf(response.rawTrailers)) trailer.append(name, value);
    this.#finish();
  }

  /** Ends the exchange, once. */
  #finish(error?: ConnectError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = error;
    if (error !== undefined) this.#response.reject(error);
    const isSending = this.#sender?.hasEnded === false;
    this.#sender?.leave();
    // HTTP/1.1 has no other way to end a request or a response half way than to end its connection.
    if (error !== undefined || isSending) this.#started?.request.destroy();
    this.#onOver(this);
  }
}

/** Reads names and values by turns. */
function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let i = 0; i < raw.length; i += 2) {
    try {
      headers.append(raw[i] as string, raw[i + 1] as string);
    } catch {
      // The peer sent bytes that no header may hold; the rest still counts.
    }
  }
  return headers;
}
