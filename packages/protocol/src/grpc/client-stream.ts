/** One attempt of a call with many messages in either direction. */
import { fromBinary, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Answer, AttemptListener, RunningAttempt } from "@thrice/core";
import {
  type ClientStream,
  ErrorCode,
  type HeaderList,
  type StreamEnd,
  type StreamSink,
} from "@thrice/http2";
import { encodeMessage } from "../binary/encode-message.js";
import type { AttemptDetails, ChannelRequest } from "../channel.js";
import { attemptFailure } from "../client/attempt-failure.js";
import { requestMessages } from "../client/request-messages.js";
import type { WireError } from "../client/wire-error.js";
import type { ConnectionWaiter } from "../connection/connection-waiter.js";
import type { PooledConnection } from "../connection/pooled-connection.js";
import { AnswerReader } from "./answer-reader.js";
import { errorFromTrailers, explainForeign, isGrpcAnswer, isOk } from "./answer-status.js";
import type { ChannelContext } from "./client-context.js";
import { varyingHeaders } from "./client-request.js";
import { explainEnd } from "./explain-end.js";
import { headersFromList } from "./headers-from-list.js";
import { MessageQueue, type QueuedMessage } from "./message-queue.js";
import { MessageSender } from "./message-sender.js";
import { explainFault, openPayload } from "./payload.js";
import { unsendable } from "./unsendable.js";

/** Starts an attempt of a call with many messages in either direction. */
export function startStream(
  context: ChannelContext,
  request: ChannelRequest,
  details: AttemptDetails,
  listener: AttemptListener,
): RunningAttempt {
  const attempt = new StreamAttempt(context, request, details);
  void attempt.tell(listener);
  return attempt;
}

class StreamAttempt implements RunningAttempt, StreamSink, ConnectionWaiter {
  readonly credit = "manual";
  readonly #context: ChannelContext;
  readonly #request: ChannelRequest;
  readonly #details: AttemptDetails;
  readonly #sender: MessageSender<Message>;
  readonly #queue: MessageQueue<Message>;
  readonly #reader: AnswerReader;
  readonly #trailer = new Headers();
  #stream: ClientStream | undefined;
  #headers: HeaderList | undefined;
  #isWaiting = false;
  #cancelled: ConnectError | undefined;
  #over = false;

  constructor(context: ChannelContext, request: ChannelRequest, details: AttemptDetails) {
    this.#context = context;
    this.#request = request;
    this.#details = details;
    const { input } = request.method;
    this.#sender = new MessageSender(requestMessages(request.input), (message) =>
      encodeMessage(input, message),
    );
    this.#queue = new MessageQueue(
      context.maxReceiveBytes,
      (message) => this.#decode(message),
      (bytes) => this.#stream?.addCredit(bytes),
    );
    this.#reader = new AnswerReader(this.#queue, (error) => this.cancel(error));
    this.#start();
  }

  /** Tells how the attempt ends. Never rejects. */
  async tell(listener: AttemptListener): Promise<void> {
    try {
      const isOne = this.#request.method.methodKind === "client_streaming";
      listener.onAnswer(isOne ? await this.#takeOne() : await this.#takeFirst());
      await this.#reader.finished;
    } catch (reason) {
      this.#finish(ConnectError.from(reason), true);
      const error = this.#cancelled;
      listener.onFailure(
        error === undefined ? attemptFailure(reason) : { outcome: "cancelled", error },
      );
    }
    listener.onFinished();
  }

  cancel(error: ConnectError): void {
    this.#reader.release();
    this.#cancelled ??= error;
    this.#finish(error, true);
  }

  onConnection(connection: PooledConnection): void {
    this.#isWaiting = false;
    this.#send(connection);
  }

  onFailure(error: WireError): void {
    this.#isWaiting = false;
    this.#finish(error);
  }

  onHeaders(headers: HeaderList, endStream: boolean): void {
    this.#headers = headers;
    if (!isGrpcAnswer(headers)) this.#finish(explainForeign(this.#context.pool.peer, headers));
    else if (endStream) this.onTrailers(headers);
  }

  onData(bytes: Buffer): void {
    if (this.#over) return;
    const fault = this.#queue.push(bytes);
    if (fault !== undefined) this.#finish(explainFault(fault, this.#context.maxReceiveBytes));
  }

  onTrailers(trailers: HeaderList): void {
    for (const [name, value] of headersFromList(trailers)) this.#trailer.append(name, value);
    if (!isOk(trailers))
      this.#finish(attemptFailure(errorFromTrailers(this.#context.pool.peer, trailers)).error);
    else if (!this.#queue.isBetweenMessages)
      this.#finish(new ConnectError("the answer ends inside a message", Code.Internal));
    else this.#finish();
  }

  onWritable(): void {
    this.#sender.resume();
  }

  onEnd(end: StreamEnd): void {
    this.#finish(explainEnd(this.#context.pool.peer, end));
  }

  #start(): void {
    const { pool } = this.#context;
    const connection = pool.take();
    if (connection !== undefined) {
      this.#send(connection);
      return;
    }
    this.#isWaiting = true;
    pool.wait(this);
  }

  #send(connection: PooledConnection): void {
    const stream = this.#open(connection);
    if (stream === undefined) return;
    this.#stream = stream;
    this.#sender.run(stream).then(
      () => stream.sendData(noBytes, true),
      (reason) => this.#finish(unsendable(reason), true),
    );
  }

  #open(connection: PooledConnection): ClientStream | undefined {
    try {
      const headers = this.#context.headers.of(this.#request);
      return connection.request(headers, varyingHeaders(this.#request, this.#details), this, false);
    } catch (cause) {
      this.#finish(unsendable(cause));
      return undefined;
    }
  }

  async #takeFirst(): Promise<Answer> {
    await this.#reader.readAhead();
    const header = headersFromList(this.#headers);
    return { kind: "stream", messages: this.#reader, header, trailer: this.#trailer };
  }

  async #takeOne(): Promise<Answer> {
    const first = await this.#queue.next();
    if (first.done) throw new ConnectError("no message in the answer", Code.Unimplemented);
    const second = await this.#queue.next();
    if (!second.done)
      throw new ConnectError("more than one message in the answer", Code.Unimplemented);
    this.#reader.release();
    const header = headersFromList(this.#headers);
    return { kind: "unary", message: first.value, header, trailer: this.#trailer };
  }

  #decode({ payload, flags }: QueuedMessage): Message | Promise<Message> {
    const { output } = this.#request.method;
    if (flags === 0) return fromBinary(output, payload);
    const opened = openPayload(payload, this.#headers, this.#context.maxReceiveBytes);
    return opened.then((bytes) => fromBinary(output, bytes));
  }

  /** Ends the attempt, once; `now` drops answers that wait to be read. */
  #finish(error?: ConnectError, now = false): void {
    if (now) this.#queue.clear(error);
    if (this.#over) return;
    this.#over = true;
    this.#queue.end(error);
    this.#sender.leave();
    if (this.#isWaiting) this.#context.pool.abandon(this);
    if (this.#stream?.hasEnded !== false) return;
    if (error !== undefined) this.#stream.reset(ErrorCode.CANCEL);
    else if (!this.#sender.hasEnded) this.#stream.reset(ErrorCode.NO_ERROR); // the peer wants no more of the request
  }
}

const noBytes = new Uint8Array(0);
