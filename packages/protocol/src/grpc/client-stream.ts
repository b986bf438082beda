/** One attempt of a call with many messages in either direction. */
import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Answer, AttemptFailure, AttemptListener, RunningAttempt } from "@thrice/core";
import {
  type ClientStream,
  ErrorCode,
  type HeaderList,
  type StreamEnd,
  type StreamSink,
} from "@thrice/http2";
import { decodeMessage } from "../binary/decode-message.js";
import { encodeMessage } from "../binary/encode-message.js";
import type { AttemptDetails, ChannelRequest } from "../channel.js";
import { attemptFailure } from "../client/attempt-failure.js";
import type { WireError } from "../client/wire-error.js";
import type { ConnectionWaiter } from "../connection/connection-waiter.js";
import type { PooledConnection } from "../connection/pooled-connection.js";
import { AnswerReader } from "./answer-reader.js";
import { errorFromTrailers, explainForeign, isGrpcAnswer, isOk } from "./answer-status.js";
import { type Arrived, arrivedFrom, Packed } from "./arrived.js";
import type { ChannelContext } from "./client-context.js";
import { encodingOf, varyingHeaders } from "./client-request.js";
import { deadlinePassed, explainEnd } from "./explain-end.js";
import { headersFromList } from "./headers-from-list.js";
import { IncomingQueue } from "./incoming-queue.js";
import { MessageReader } from "./message-reader.js";
import { MessageSender } from "./message-sender.js";
import { explainFault, openPayload } from "./payload.js";
import { explainEncoding } from "./refused-encoding.js";
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
  readonly #sender: MessageSender;
  readonly #reader: MessageReader;
  readonly #queue: IncomingQueue<Arrived, Message>;
  readonly #answer: AnswerReader;
  /** Settles when the answer has been read, has failed or was left. */
  readonly #readOut = Promise.withResolvers<void>();
  readonly #trailer = new Headers();
  /** When the peer's time is up, as it was told. */
  readonly #dueMs: number;
  #stream: ClientStream | undefined;
  #headers: HeaderList | undefined;
  /** Whether headers of an answer have come that are not its end as well. */
  #hadHeaders = false;
  #isWaiting = false;
  #cancelled: ConnectError | undefined;
  #over = false;

  constructor(context: ChannelContext, request: ChannelRequest, details: AttemptDetails) {
    this.#context = context;
    this.#request = request;
    this.#details = details;
    const { timeoutMs } = details;
    this.#dueMs =
      timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : context.clock.nowMs() + timeoutMs;
    const { input } = request.method;
    this.#sender = new MessageSender(
      request.input,
      (message) => encodeMessage(input, message),
      request.compressMinBytes,
      encodingOf(request),
    );
    this.#reader = new MessageReader(context.maxReceiveBytes);
    this.#queue = new IncomingQueue(
      (message) => this.#read(message),
      (bytes) => this.#stream?.addCredit(bytes),
      this.#readOut.resolve,
    );
    this.#answer = new AnswerReader(this.#queue, (error) => this.cancel(error));
    this.#start();
  }

  /** Tells how the attempt ends. Never rejects. */
  async tell(listener: AttemptListener): Promise<void> {
    try {
      const isOne = this.#request.method.methodKind === "client_streaming";
      listener.onAnswer(isOne ? await this.#takeOne() : await this.#takeFirst());
      await this.#readOut.promise;
    } catch (reason) {
      this.#finish(ConnectError.from(reason), true);
      listener.onFailure(this.#failureOf(reason));
    }
    listener.onFinished();
  }

  #failureOf(reason: unknown): AttemptFailure {
    const error = this.#cancelled;
    if (error !== undefined) return { outcome: "cancelled", error };
    const failure = attemptFailure(reason);
    return this.#hadHeaders ? { ...failure, hadHeaders: true } : failure;
  }

  cancel(error: ConnectError): void {
    this.#readOut.resolve();
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
    else this.#hadHeaders = true;
  }

  onData(bytes: Buffer): void {
    if (this.#over) return;
    const fault = this.#reader.push(bytes, this.#take);
    this.#queue.noteArrived(bytes.length);
    if (fault !== undefined) this.#finish(explainFault(fault, this.#context.maxReceiveBytes));
  }

  onTrailers(trailers: HeaderList): void {
    for (const [name, value] of headersFromList(trailers)) this.#trailer.append(name, value);
    if (!isOk(trailers)) this.#finish(attemptFailure(this.#errorFrom(trailers)).error);
    else if (!this.#reader.isBetweenMessages)
      this.#finish(new ConnectError("the answer ends inside a message", Code.Internal));
    else this.#finish();
  }

  onWritable(): void {
    this.#sender.resume();
  }

  onEnd(end: StreamEnd): void {
    if (!this.#over) this.#finish(this.#explain(end));
  }

  /** A peer that cancels when time is up has its timer to thank for being first. */
  #explain(end: StreamEnd): WireError {
    const { pool, clock } = this.#context;
    const error = explainEnd(pool.peer, end);
    const isLate = error.code === Code.Canceled && clock.nowMs() >= this.#dueMs;
    return isLate ? deadlinePassed(pool.peer) : error;
  }

  /** Whether messages of the request may be compressed. */
  get #mayPack(): boolean {
    return this.#request.compressMinBytes !== undefined;
  }

  #errorFrom(trailers: HeaderList): ConnectError {
    const { peer } = this.#context.pool;
    const error = errorFromTrailers(peer, trailers, this.#headers);
    return this.#mayPack
      ? explainEncoding(error, encodingOf(this.#request), peer, trailers, this.#headers)
      : error;
  }

  readonly #take = (payload: Buffer, flags: number): void => {
    this.#queue.push(arrivedFrom(payload, flags));
  };

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
      const varying = varyingHeaders(this.#request, this.#details, this.#mayPack);
      return connection.request(headers, varying, this, false);
    } catch (cause) {
      this.#finish(unsendable(cause));
      return undefined;
    }
  }

  async #takeFirst(): Promise<Answer> {
    await this.#answer.readAhead();
    const header = headersFromList(this.#headers);
    return { kind: "stream", messages: this.#answer, header, trailer: this.#trailer };
  }

  async #takeOne(): Promise<Answer> {
    const first = await this.#queue.next();
    if (first.done) throw new ConnectError("no message in the answer", Code.Unimplemented);
    const second = await this.#queue.next();
    if (!second.done)
      throw new ConnectError("more than one message in the answer", Code.Unimplemented);
    const header = headersFromList(this.#headers);
    return { kind: "unary", message: first.value, header, trailer: this.#trailer };
  }

  #read(message: Arrived): Message | Promise<Message> {
    if (!(message instanceof Packed)) return this.#decode(message);
    const { maxReceiveBytes } = this.#context;
    return openPayload(message.payload, this.#headers, maxReceiveBytes).then(
      (payload) => this.#decode(payload),
      (reason) => this.#refuse(reason),
    );
  }

  #decode(payload: Uint8Array): Message {
    try {
      return decodeMessage(this.#request.method.output, payload);
    } catch (cause) {
      const text = "the answer cannot be decoded";
      return this.#refuse(new ConnectError(text, Code.Internal, undefined, undefined, cause));
    }
  }

  /** Ends the attempt for a message that cannot be read; the reader gets the error. */
  #refuse(error: ConnectError): never {
    this.#readOut.resolve();
    this.#finish(error, true);
    throw error;
  }

  /** Ends the attempt, once; `now` drops answers that wait to be read. */
  #finish(error?: ConnectError, now = false): void {
    if (now) this.#queue.abort(error);
    if (this.#over) return;
    this.#over = true;
    if (error === undefined) this.#queue.finish();
    else this.#queue.fail(error);
    this.#sender.leave();
    if (this.#isWaiting) this.#context.pool.abandon(this);
    if (this.#stream?.hasEnded !== false) return;
    if (error !== undefined) this.#stream.reset(ErrorCode.CANCEL);
    else if (!this.#sender.hasEnded) this.#stream.reset(ErrorCode.NO_ERROR); // the peer wants no more of the request
  }
}

const noBytes = new Uint8Array(0);
