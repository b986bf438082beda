/** Serves a request over HTTP/1.1 with one of Connect's handlers: the body as it is read, the answer as it is taken. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { Cancellable } from "../grpc/server-context.js";
import type { ConnectionEnds } from "./connection-ends.js";
import { type PeerIdentity, valuesWithPeer } from "./peer-identity.js";
import type { Respond } from "./universal-stream.js";

export class Http1Exchange implements Cancellable {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #peer: PeerIdentity | undefined;
  readonly #body: AsyncIterator<Uint8Array>;
  readonly #controller = new AbortController();
  #isGone = false;
  #resume: (() => void) | undefined = undefined;

  constructor(request: IncomingMessage, response: ServerResponse, peer?: PeerIdentity) {
    this.#request = request;
    this.#response = response;
    this.#peer = peer;
    this.#body = bodyOf(request);
    // Both may fail at any time, also when all is done. An "error" that nobody hears would end the process.
    request.on("error", ignore);
    response.on("error", ignore);
    response.on("drain", () => this.#resume?.());
  }

  /** Resolves when the answer is out or nobody wants it. Rejects with what the handler threw, and breaks the connection. */
  async serve(respond: Respond, ends: ConnectionEnds): Promise<void> {
    const unwatch = ends.watch(this.#request.socket, () => this.#leave());
    try {
      await this.#send(await respond(this.#universalRequest()));
    } catch (reason) {
      this.#response.destroy();
      throw reason;
    } finally {
      unwatch();
      this.#controller.abort();
      // What is left of the request is read and dropped: unread, it would hold up the connection for good.
      this.#body.return?.().catch(ignore);
      this.#request.resume();
    }
  }

  get socket(): Socket {
    return this.#request.socket;
  }

  cancel(error: ConnectError): void {
    this.#controller.abort(error);
  }

  /** The connection is closed. */
  #leave(): void {
    this.#isGone = true;
    this.#controller.abort(gone());
    this.#resume?.();
  }

  #universalRequest(): UniversalServerRequest {
    const { httpVersion, method = "", headers } = this.#request;
    const header = new Headers();
    for (const [name, values] of Object.entries(headers)) {
      for (const value of [values ?? []].flat()) header.append(name, value);
    }
    return {
      ...{ httpVersion, method, url: this.#url(), header },
      body: { [Symbol.asyncIterator]: () => this.#body },
      signal: this.#controller.signal,
      ...(this.#peer !== undefined && { contextValues: valuesWithPeer(this.#peer) }),
    };
  }

  /** HTTP/1.0 allows a request without a host. */
  #url(): string {
    const { url = "/", socket, headers } = this.#request;
    const scheme = "encrypted" in socket && socket.encrypted ? "https" : "http";
    const base = `${scheme}://${headers.host ?? "localhost"}`;
    return URL.canParse(url, base) ? new URL(url, base).href : `${scheme}://localhost${url}`;
  }

  async #send({ status, header, body, trailer }: UniversalServerResponse): Promise<void> {
    const response = this.#response;
    if (body === undefined) {
      response.writeHead(status, flat(header)).end();
      return;
    }
    const chunks = body[Symbol.asyncIterator]();
    try {
      // Headers go out after the first chunk is there: until then the handler may add to them.
      let chunk = await chunks.next();
      response.writeHead(status, flat(header));
      for (; !chunk.done; chunk = await chunks.next()) {
        if (!response.write(chunk.value)) await this.#writable();
        if (this.#isGone) return;
      }
      response.addTrailers([...(trailer ?? [])]);
      response.end();
    } finally {
      // A chunk that hangs is not waited for.
      chunks.return?.().catch(ignore);
    }
  }

  #writable(): Promise<void> {
    if (this.#isGone) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resume = () => {
        this.#resume = undefined;
        resolve();
      };
    });
  }
}

/** Node.js says `aborted` of a caller that goes away, as a plain error, which handlers would pass on for one of their own. */
function bodyOf(request: IncomingMessage): AsyncIterator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = request.iterator({ destroyOnReturn: false });
  return {
    next: () =>
      chunks.next().catch(() => {
        throw gone();
      }),
    return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
  };
}

function gone(): ConnectError {
  return new ConnectError("the connection to the caller is gone", Code.Canceled);
}

/** Names and values by turns, as Node takes them. */
function flat(headers: Headers | undefined): string[] {
  return [...(headers ?? [])].flat();
}

function ignore(): void {}
