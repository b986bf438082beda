/** One HTTP request and its answer, on one stream. */
import type { ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalClientRequest, UniversalClientResponse } from "@connectrpc/connect/protocol";
import { explainClose } from "./explain-close.js";
import { foreignAnswer } from "./foreign-answer.js";
import type { Http2Session } from "./http2-session.js";
import { headersFromNode, nodeFromHeaders } from "./node-headers.js";
import { repairStatus } from "./repair-status.js";
import { WireError } from "./wire-error.js";

/** Sends and receives at once. Its stream is closed when the answer is whole, has failed, or is aborted. */
export class Exchange {
  /** Settles when the header of the answer is in, or with why it does not come. */
  readonly response: Promise<UniversalClientResponse>;
  readonly #session: Http2Session;
  readonly #stream: ClientHttp2Stream;
  readonly #trailer = new Headers();
  /** Whether the peer has said how the request ended. */
  #hasStatus = false;
  /** What went wrong on this side, which is why the stream closed. */
  #ownFault: unknown;

  /** Puts the header of the request on the wire. @throws WireError if it cannot be sent. */
  constructor(session: Http2Session, request: UniversalClientRequest) {
    this.#session = session;
    this.#stream = openStream(session, request);
    this.#stream.on("error", () => {}); // the "close" that follows tells more
    this.#stream.on("trailers", (trailers) => {
      for (const [name, value] of this.#take(trailers)) this.#trailer.append(name, value);
    });
    this.response = this.#receive();
    this.#watch(request.signal);
  }

  /** Sends the body at the speed of the peer, and lets go of its source when the stream closes first. */
  async send(body: AsyncIterable<Uint8Array> = emptyBody()): Promise<void> {
    try {
      for await (const bytes of body) {
        if (!(await this.#write(bytes))) break;
      }
      this.#stream.end();
    } catch (reason) {
      const { rawMessage, code } = ConnectError.from(reason, Code.Unknown);
      this.#abandon(new WireError("rejected", code, `request not sent: ${rawMessage}`, reason));
    }
  }

  #receive(): Promise<UniversalClientResponse> {
    const stream = this.#stream;
    return new Promise((resolve, reject) => {
      const onClose = () => reject(this.#explain());
      stream.once("close", onClose);
      stream.once("response", (incoming) => {
        stream.off("close", onClose);
        const header = this.#take(incoming);
        const status = incoming[":status"] ?? 0;
        const foreign = foreignAnswer(this.#session.peer, status, header);
        if (foreign === undefined)
          resolve({ status, header, trailer: this.#trailer, body: this.#body() });
        else reject(foreign);
      });
    });
  }

  #take(incoming: IncomingHttpHeaders): Headers {
    const header = repairStatus(headersFromNode(incoming));
    this.#hasStatus ||= header.has("grpc-status");
    return header;
  }

  async *#body(): AsyncIterable<Uint8Array> {
    const stream = this.#stream;
    try {
      yield* stream as AsyncIterable<Buffer>;
    } catch {
      throw this.#explain();
    }
    // Node lets a stream end as if it were whole when it is reset with CANCEL or its connection closes.
    const brokenOff = stream.rstCode !== 0 || this.#session.down;
    if (brokenOff && !this.#hasStatus) throw this.#explain();
  }

  /** Resolves with whether the stream takes more. */
  #write(bytes: Uint8Array): Promise<boolean> {
    const stream = this.#stream;
    if (stream.closed || stream.destroyed) return Promise.resolve(false);
    if (stream.write(bytes)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = () => {
        stream.off("drain", settle);
        stream.off("close", settle);
        resolve(!stream.destroyed);
      };
      stream.on("drain", settle);
      stream.on("close", settle);
    });
  }

  #watch(signal: AbortSignal | undefined): void {
    const onAbort = () => this.#abandon(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    this.#stream.once("close", () => signal?.removeEventListener("abort", onAbort));
  }

  #abandon(reason: unknown): void {
    this.#ownFault ??= reason;
    this.#stream.close(cancelCode);
    this.#stream.destroy(); // or it would wait for someone to read what is left of the answer
  }

  #explain(): unknown {
    if (this.#ownFault !== undefined) return this.#ownFault;
    const { peer, lastStreamId, closedHere, down, cause } = this.#session;
    return explainClose({
      peer,
      streamId: this.#stream.id,
      resetCode: this.#stream.rstCode,
      lastStreamId,
      closedHere,
      connectionDown: down,
      cause,
    });
  }
}

function openStream(session: Http2Session, request: UniversalClientRequest): ClientHttp2Stream {
  try {
    return session.request({
      ...nodeFromHeaders(request.header),
      ":method": request.method,
      ":path": new URL(request.url).pathname,
      te: "trailers",
    });
  } catch (cause) {
    const { peer } = session;
    if (!session.usable) {
      const text = `${peer} went away before the request was sent`;
      throw new WireError("refused", Code.Unavailable, text, cause);
    }
    const text = `request not sent: ${(cause as Error).message}`;
    throw new WireError("rejected", Code.InvalidArgument, text, cause);
  }
}

/** RFC 9113 section 7, CANCEL: the stream is no longer needed. */
const cancelCode = 8;

async function* emptyBody(): AsyncIterable<Uint8Array> {}
