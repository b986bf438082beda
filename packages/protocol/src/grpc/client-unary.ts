/**
 * One attempt of a unary call: one object, which is the stream's sink as well. Nothing else is made per attempt but the
 * header fields that vary; `Headers` come into being when someone looks.
 */
import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { AttemptFailure, AttemptListener, RunningAttempt, UnaryAnswer } from "@thrice/core";
import {
  type ClientStream,
  ErrorCode,
  type HeaderList,
  type StreamEnd,
  type StreamSink,
} from "@thrice/http2";
import { decodeMessage } from "../binary/decode-message.js";
import { encodeMessage } from "../binary/encode-message.js";
import type { AttemptDetails, ChannelRequest, RequestInput } from "../channel.js";
import { attemptFailure } from "../client/attempt-failure.js";
import type { WireError } from "../client/wire-error.js";
import type { ConnectionWaiter } from "../connection/connection-waiter.js";
import type { PooledConnection } from "../connection/pooled-connection.js";
import { errorFromTrailers, explainForeign, isGrpcAnswer, isOk } from "./answer-status.js";
import type { ChannelContext } from "./client-context.js";
import { encodingOf, varyingHeaders } from "./client-request.js";
import { explainEnd } from "./explain-end.js";
import { headersFromList } from "./headers-from-list.js";
import { messageHead } from "./message-head.js";
import { MessageReader, type ReadFault } from "./message-reader.js";
import { explainFault, openPayload } from "./payload.js";
import { explainEncoding } from "./refused-encoding.js";
import { unsendable } from "./unsendable.js";

/** Starts an attempt of a unary call. */
export function startUnary(
  context: ChannelContext,
  request: ChannelRequest,
  details: AttemptDetails,
  listener: AttemptListener,
): RunningAttempt {
  const attempt = new UnaryAttempt(context, request, details, listener);
  attempt.begin();
  return attempt;
}

class UnaryAttempt implements RunningAttempt, StreamSink, ConnectionWaiter {
  readonly #context: ChannelContext;
  readonly #request: ChannelRequest;
  readonly #details: AttemptDetails;
  /** Away once it was told the end. */
  #listener: AttemptListener | undefined;
  #stream: ClientStream | undefined = undefined;
  /** The encoded request, until it is on the wire. */
  #unsent: Uint8Array | undefined = undefined;
  #headers: HeaderList | undefined = undefined;
  #trailers: HeaderList | undefined = undefined;
  #reader: MessageReader | undefined = undefined;
  #payload: Buffer | undefined = undefined;
  #flags = 0;
  /** Whether headers of an answer have come that are not its end as well. */
  #hadHeaders = false;
  /** Whether the request is compressed. */
  #isPacked = false;

  constructor(
    context: ChannelContext,
    request: ChannelRequest,
    details: AttemptDetails,
    listener: AttemptListener,
  ) {
    this.#context = context;
    this.#request = request;
    this.#details = details;
    this.#listener = listener;
  }

  begin(): void {
    const { input, method, compressMinBytes = Number.POSITIVE_INFINITY } = this.#request;
    let payload: Uint8Array;
    try {
      payload = encodeMessage(method.input, (input as OneMessage).message);
    } catch (cause) {
      this.#fail(unsendable(cause));
      return;
    }
    if (payload.length >= compressMinBytes) void this.#pack(payload);
    else this.#connect(payload);
  }

  onConnection(connection: PooledConnection): void {
    this.#send(connection);
  }

  onFailure(error: WireError): void {
    this.#fail(error);
  }

  cancel(error: ConnectError): void {
    if (this.#listener === undefined) return;
    this.#tellFailure({ outcome: "cancelled", error });
    if (this.#unsent !== undefined) this.#context.pool.abandon(this);
    this.#stream?.reset(ErrorCode.CANCEL);
  }

  onHeaders(headers: HeaderList, endStream: boolean): void {
    this.#headers = headers;
    if (!isGrpcAnswer(headers)) this.#fail(explainForeign(this.#context.pool.peer, headers));
    else if (endStream) this.#takeStatus(headers);
    else this.#hadHeaders = true;
  }

  onData(bytes: Buffer): void {
    if (this.#reader === undefined && this.#payload === undefined && holdsOneMessage(bytes)) {
      const lengthBytes = bytes.length - 5;
      if (lengthBytes > this.#context.maxReceiveBytes)
        this.#refuse({ kind: "too-large", lengthBytes });
      else this.#take(bytes.subarray(5), bytes[0] as number);
      return;
    }
    this.#reader ??= new MessageReader(this.#context.maxReceiveBytes);
    const fault = this.#reader.push(bytes, (payload, flags) => this.#take(payload, flags));
    if (fault !== undefined) this.#refuse(fault);
  }

  onTrailers(trailers: HeaderList): void {
    this.#takeStatus(trailers);
  }

  onEnd(end: StreamEnd): void {
    if (this.#trailers === undefined) this.#fail(explainEnd(this.#context.pool.peer, end));
  }

  async #pack(payload: Uint8Array): Promise<void> {
    try {
      const packed = await encodingOf(this.#request).compress(payload);
      if (this.#listener === undefined) return;
      this.#isPacked = true;
      this.#connect(packed);
    } catch (cause) {
      this.#fail(unsendable(cause));
    }
  }

  #connect(payload: Uint8Array): void {
    const { pool } = this.#context;
    this.#unsent = payload;
    const connection = pool.take();
    if (connection === undefined) pool.wait(this);
    else this.#send(connection);
  }

  #send(connection: PooledConnection): void {
    const payload = this.#unsent as Uint8Array;
    this.#unsent = undefined;
    try {
      const headers = this.#context.headers.of(this.#request);
      const varying = varyingHeaders(this.#request, this.#details, this.#isPacked);
      const stream = connection.request(headers, varying, this, false);
      this.#stream = stream;
      stream.sendData(payload, true, messageHead(payload.length, this.#isPacked));
    } catch (cause) {
      this.#fail(unsendable(cause));
    }
  }

  #take(payload: Buffer, flags: number): void {
    if (this.#payload === undefined) {
      this.#payload = payload;
      this.#flags = flags;
    } else {
      this.#fail(new ConnectError("more than one message in the answer", Code.Unimplemented));
    }
  }

  #takeStatus(trailers: HeaderList): void {
    if (this.#listener === undefined) return;
    this.#trailers = trailers;
    if (!isOk(trailers)) this.#fail(this.#errorFrom(trailers));
    else if (this.#reader?.isBetweenMessages === false)
      this.#fail(new ConnectError("the answer ends inside a message", Code.Internal));
    else if (this.#payload === undefined)
      this.#fail(new ConnectError("no message in the answer", Code.Unimplemented));
    else if (this.#flags === 0) this.#answer(this.#payload);
    else this.#decompress(this.#payload);
  }

  #errorFrom(trailers: HeaderList): ConnectError {
    const { peer } = this.#context.pool;
    const error = errorFromTrailers(peer, trailers, this.#headers);
    return this.#isPacked
      ? explainEncoding(error, encodingOf(this.#request), peer, trailers, this.#headers)
      : error;
  }

  #decompress(payload: Buffer): void {
    openPayload(payload, this.#headers, this.#context.maxReceiveBytes).then(
      (opened) => this.#answer(opened),
      (reason) => this.#fail(reason),
    );
  }

  #answer(payload: Uint8Array): void {
    let message: Message;
    try {
      message = decodeMessage(this.#request.method.output, payload);
    } catch (cause) {
      this.#fail(
        new ConnectError(
          "the answer cannot be decoded",
          Code.Internal,
          undefined,
          undefined,
          cause,
        ),
      );
      return;
    }
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onAnswer(new LazyAnswer(message, this.#headers, this.#trailers));
    listener?.onFinished();
  }

  #refuse(fault: ReadFault): void {
    this.#fail(explainFault(fault, this.#context.maxReceiveBytes));
  }

  #fail(reason: unknown): void {
    if (this.#listener === undefined) return;
    const failure = attemptFailure(reason);
    this.#tellFailure(this.#hadHeaders ? { ...failure, hadHeaders: true } : failure);
    if (this.#stream?.hasEnded === false) this.#stream.reset(ErrorCode.CANCEL);
  }

  #tellFailure(failure: AttemptFailure): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onFailure(failure);
    listener?.onFinished();
  }
}

type OneMessage = Extract<RequestInput, { kind: "one" }>;

/** The usual case: head and message came in one piece, and nothing else. */
function holdsOneMessage(bytes: Buffer): boolean {
  return (
    bytes.length >= 5 && (bytes[0] as number) <= 1 && bytes.readUInt32BE(1) === bytes.length - 5
  );
}

class LazyAnswer implements UnaryAnswer {
  readonly kind = "unary";
  readonly message: Message;
  readonly #headerList: HeaderList | undefined;
  readonly #trailerList: HeaderList | undefined;
  #header: Headers | undefined;
  #trailer: Headers | undefined;

  constructor(message: Message, header: HeaderList | undefined, trailer: HeaderList | undefined) {
    this.message = message;
    this.#headerList = header;
    this.#trailerList = trailer;
  }

  get header(): Headers {
    this.#header ??= headersFromList(this.#headerList);
    return this.#header;
  }

  get trailer(): Headers {
    this.#trailer ??= headersFromList(this.#trailerList);
    return this.#trailer;
  }
}
