/**
 * One attempt of a unary call: one object, which is the stream's sink as well. Nothing else is made per attempt but its
 * promise and the header fields that vary; `Headers` come into being when someone looks.
 */
import { fromBinary, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { AttemptEnd, RunningAttempt, UnaryAnswer } from "@thrice/core";
import {
  type ClientStream,
  ErrorCode,
  type HeaderList,
  type StreamEnd,
  type StreamSink,
} from "@thrice/http2";
import { encodeMessage } from "../binary/encode-message.js";
import type { ChannelRequest } from "../channel.js";
import { attemptFailure } from "../client/attempt-failure.js";
import type { WireError } from "../client/wire-error.js";
import type { ConnectionWaiter } from "../connection/connection-waiter.js";
import type { PooledConnection } from "../connection/pooled-connection.js";
import { errorFromTrailers, explainForeign, isGrpcAnswer, isOk } from "./answer-status.js";
import type { ChannelContext } from "./client-context.js";
import { varyingHeaders } from "./client-request.js";
import { explainEnd } from "./explain-end.js";
import { headersFromList } from "./headers-from-list.js";
import { messageHead } from "./message-head.js";
import { MessageReader, type ReadFault } from "./message-reader.js";
import { explainFault, openPayload } from "./payload.js";
import { unsendable } from "./unsendable.js";

export class UnaryAttempt implements RunningAttempt, StreamSink, ConnectionWaiter {
  readonly end: Promise<AttemptEnd>;
  readonly #context: ChannelContext;
  readonly #request: ChannelRequest;
  #settle: ((end: AttemptEnd) => void) | undefined;
  #stream: ClientStream | undefined;
  /** The encoded request, until it is on the wire. */
  #unsent: Uint8Array | undefined;
  #headers: HeaderList | undefined;
  #trailers: HeaderList | undefined;
  #reader: MessageReader | undefined;
  #payload: Buffer | undefined;
  #flags = 0;

  constructor(context: ChannelContext, request: ChannelRequest, message: Message) {
    this.#context = context;
    this.#request = request;
    this.end = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#start(message);
  }

  onConnection(connection: PooledConnection): void {
    this.#send(connection);
  }

  onFailure(error: WireError): void {
    this.#fail(error);
  }

  get finished(): Promise<unknown> {
    return this.end;
  }

  cancel(error: ConnectError): void {
    if (this.#settle === undefined) return;
    this.#finish({ ok: false, outcome: "cancelled", error });
    if (this.#unsent !== undefined) this.#context.pool.abandon(this);
    this.#stream?.reset(ErrorCode.CANCEL);
  }

  onHeaders(headers: HeaderList, endStream: boolean): void {
    this.#headers = headers;
    if (!isGrpcAnswer(headers)) this.#fail(explainForeign(this.#context.pool.peer, headers));
    else if (endStream) this.#takeStatus(headers);
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

  #start(message: Message): void {
    const { pool } = this.#context;
    try {
      this.#unsent = encodeMessage(this.#request.method.input, message);
    } catch (cause) {
      this.#fail(unsendable(cause));
      return;
    }
    const connection = pool.take();
    if (connection === undefined) pool.wait(this);
    else this.#send(connection);
  }

  #send(connection: PooledConnection): void {
    const payload = this.#unsent as Uint8Array;
    this.#unsent = undefined;
    try {
      const headers = this.#context.headers.of(this.#request);
      const stream = connection.request(headers, varyingHeaders(this.#request), this, false);
      this.#stream = stream;
      stream.sendData(payload, true, messageHead(payload.length, false));
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
    if (this.#settle === undefined) return;
    this.#trailers = trailers;
    if (!isOk(trailers)) this.#fail(errorFromTrailers(this.#context.pool.peer, trailers));
    else if (this.#reader?.isBetweenMessages === false)
      this.#fail(new ConnectError("the answer ends inside a message", Code.Internal));
    else if (this.#payload === undefined)
      this.#fail(new ConnectError("no message in the answer", Code.Unimplemented));
    else if (this.#flags === 0) this.#answer(this.#payload);
    else this.#decompress(this.#payload);
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
      message = fromBinary(this.#request.method.output, payload);
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
    this.#finish({ ok: true, answer: new LazyAnswer(message, this.#headers, this.#trailers) });
  }

  #refuse(fault: ReadFault): void {
    this.#fail(explainFault(fault, this.#context.maxReceiveBytes));
  }

  #fail(reason: unknown): void {
    if (this.#settle === undefined) return;
    this.#finish(attemptFailure(reason));
    if (this.#stream?.hasEnded === false) this.#stream.reset(ErrorCode.CANCEL);
  }

  #finish(end: AttemptEnd): void {
    this.#settle?.(end);
    this.#settle = undefined;
  }
}

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
