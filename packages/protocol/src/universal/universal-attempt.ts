/** One attempt with one of the protocols off the fast path: Connect's transport for the wire, the rest as for gRPC. */
import type {
  DescMessage,
  DescMethodStreaming,
  Message,
  MessageInitShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import type { Answer, AttemptFailure, AttemptListener, RunningAttempt } from "@thrice/core";
import type { AttemptDetails, ChannelRequest } from "../channel.js";
import { attemptFailure } from "../client/attempt-failure.js";
import { WireError } from "../client/wire-error.js";
import { unsendable } from "../grpc/unsendable.js";
import { askOnce, noTimeout } from "./ask-once.js";
import { expectWeb } from "./expect-web.js";
import type { HttpExchange } from "./http-exchange.js";
import { SentMessages } from "./sent-messages.js";
import type { UniversalContext } from "./universal-context.js";
import { requestHeader } from "./universal-request.js";

/** Starts an attempt. */
export function startUniversal(
  context: UniversalContext,
  request: ChannelRequest,
  details: AttemptDetails,
  listener: AttemptListener,
): RunningAttempt {
  const attempt = new UniversalAttempt(context, request, details);
  void attempt.run(listener);
  return attempt;
}

class UniversalAttempt implements RunningAttempt, AsyncIterableIterator<Message> {
  readonly #context: UniversalContext;
  readonly #request: ChannelRequest;
  readonly #details: AttemptDetails;
  readonly #sent: SentMessages;
  readonly #exchange: HttpExchange;
  /** Settles when the answer has been read, has failed or was left. */
  readonly #readOut = Promise.withResolvers<void>();
  #wasSent = false;
  #cancelled: ConnectError | undefined;
  #isOver = false;
  #answers: AsyncIterator<Message> | undefined;
  #ahead: IteratorResult<Message> | undefined;

  constructor(context: UniversalContext, request: ChannelRequest, details: AttemptDetails) {
    this.#context = context;
    this.#request = request;
    this.#details = details;
    this.#sent = new SentMessages(request.input);
    this.#exchange = context.connections.open();
  }

  /** Tells how the attempt ends. Never rejects. */
  async run(listener: AttemptListener): Promise<void> {
    try {
      const answer = await this.#take();
      if (this.#cancelled !== undefined) throw this.#cancelled;
      listener.onAnswer(answer);
      if (answer.kind === "stream") await this.#readOut.promise;
    } catch (reason) {
      listener.onFailure(this.#failureOf(reason));
    }
    this.#end();
    listener.onFinished();
  }

  cancel(error: ConnectError): void {
    if (this.#isOver) return;
    this.#cancelled ??= error;
    this.#exchange.abort(error);
    this.#sent.leave();
    this.#readOut.resolve();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Reads on in an answer with many messages. */
  async next(): Promise<IteratorResult<Message>> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (this.#cancelled !== undefined) throw this.#cancelled;
    if (ahead !== undefined) return ahead;
    if (this.#isOver || this.#answers === undefined) return done;
    try {
      const step = await this.#answers.next();
      if (step.done) this.#readOut.resolve();
      return step;
    } catch (reason) {
      this.#readOut.resolve();
      throw this.#failureOf(reason).error;
    }
  }

  /** Leaves it. */
  async return(): Promise<IteratorResult<Message>> {
    this.#ahead = undefined;
    this.#answers = undefined;
    this.cancel(leftError());
    this.#isOver = true;
    this.#cancelled = undefined;
    return done;
  }

  async #take(): Promise<Answer> {
    const { method, input } = this.#request;
    const header = this.#header();
    const send: UniversalClientFn = async (request) => {
      this.#wasSent = true;
      const response = await this.#exchange.send(request);
      return this.#context.protocol === "grpc-web" ? expectWeb(request, response) : response;
    };
    if (method.methodKind === "unary" && input.kind === "one") {
      const response = await askOnce(this.#context, this.#request, input.message, header, send);
      return { ...response, kind: "unary" };
    }
    const transport = this.#context.transportFor(this.#request, send);
    const many = method as DescMethodStreaming;
    const sent = this.#sent as AsyncIterable<MessageInitShape<DescMessage>>;
    const response = await transport.stream(many, undefined, noTimeout, header, sent);
    this.#answers = response.message[Symbol.asyncIterator]();
    const { header: answerHeader, trailer } = response;
    // An answer that is nothing but trailers: they stand where headers do.
    if (answerHeader.has("grpc-status")) addMissing(trailer, answerHeader);
    if (method.methodKind === "client_streaming") {
      return { kind: "unary", message: await this.#onlyMessage(), header: answerHeader, trailer };
    }
    this.#ahead = await this.#answers.next();
    if (this.#ahead.done) this.#readOut.resolve();
    return { kind: "stream", messages: this, header: answerHeader, trailer };
  }

  /** @throws WireError if an attachment cannot be sent. */
  #header(): Headers {
    try {
      return requestHeader(this.#context, this.#request, this.#details);
    } catch (cause) {
      throw unsendable(cause);
    }
  }

  async #onlyMessage(): Promise<Message> {
    const answers = this.#answers as AsyncIterator<Message>;
    const first = await answers.next();
    if (first.done) throw new ConnectError("no message in the answer", Code.Unimplemented);
    const second = await answers.next();
    if (second.done) return first.value;
    throw new ConnectError("more than one message in the answer", Code.Unimplemented);
  }

  #failureOf(reason: unknown): AttemptFailure {
    if (this.#cancelled !== undefined) return { outcome: "cancelled", error: this.#cancelled };
    if (this.#sent.failure !== undefined) return attemptFailure(this.#sent.failure);
    if (!this.#wasSent && !WireError.is(reason)) return attemptFailure(unsendable(reason));
    return attemptFailure(explainAnswer(reason));
  }

  /** Holds nothing from here on. */
  #end(): void {
    this.#isOver = true;
    this.#sent.leave();
    this.#exchange.abort(leftError());
  }
}

function leftError(): ConnectError {
  return new ConnectError("the caller left the stream", Code.Canceled);
}

function addMissing(target: Headers, source: Headers): void {
  for (const [name, value] of source) if (!target.has(name)) target.set(name, value);
}

/** Connect's transports call an answer that breaks the protocol an invalid argument, though the caller's are fine. */
function explainAnswer(reason: unknown): unknown {
  const error = ConnectError.from(reason);
  if (error.code !== Code.InvalidArgument || error.isWireError || WireError.is(error)) return error;
  return new ConnectError(error.rawMessage, Code.Internal, error.metadata, undefined, error);
}

const done: IteratorResult<Message> = { done: true, value: undefined };
