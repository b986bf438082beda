/** Runs one attempt on a Connect transport and tells its end as data. */
import type { DescMethod, DescMethodStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type StreamResponse, type Transport } from "@connectrpc/connect";
import type { AttemptEnd, RunningAttempt } from "@thrice/core";
import type { ChannelRequest } from "../channel.js";
import { AnswerStream } from "./answer-stream.js";
import { attemptFailure } from "./attempt-failure.js";
import { formatGrpcTimeout } from "./grpc-timeout.js";
import { requestMessages } from "./request-messages.js";

/** Puts an attempt on the wire; it holds nothing but its stream, and that until it is finished. */
export function startAttempt(transport: Transport, request: ChannelRequest): RunningAttempt {
  return new Attempt(transport, request);
}

class Attempt implements RunningAttempt {
  readonly end: Promise<AttemptEnd>;
  readonly finished: Promise<void>;
  /** The answer, if it is a stream. */
  #stream: AnswerStream | undefined;
  readonly #transport: Transport;
  readonly #controller = new AbortController();

  constructor(transport: Transport, request: ChannelRequest) {
    this.#transport = transport;
    this.end = this.#run(request).catch((reason) => this.#fail(reason));
    this.finished = this.end.then(() => this.#stream?.finished);
  }

  cancel(error: ConnectError): void {
    this.#controller.abort(error);
    this.#stream?.release();
  }

  async #run(request: ChannelRequest): Promise<AttemptEnd> {
    const { method, input } = request;
    const header = requestHeader(request);
    const { signal } = this.#controller;
    if (isUnary(method) && input.kind === "one") {
      const { message, ...answer } = await this.#transport.unary(
        method,
        signal,
        undefined,
        header,
        input.message,
      );
      return { ok: true, answer: { kind: "unary", message, ...pickMetadata(answer) } };
    }
    const answer = await this.#transport.stream(
      method as DescMethodStreaming,
      signal,
      undefined,
      header,
      requestMessages(input),
    );
    return method.methodKind === "client_streaming" ? takeOne(answer) : this.#takeFirst(answer);
  }

  async #takeFirst(answer: StreamResponse): Promise<AttemptEnd> {
    this.#stream = await AnswerStream.begin(answer.message, (error) => this.cancel(error));
    return {
      ok: true,
      answer: { kind: "stream", messages: this.#stream, ...pickMetadata(answer) },
    };
  }

  #fail(reason: unknown): AttemptEnd {
    const { signal } = this.#controller;
    if (signal.aborted) return { ok: false, outcome: "cancelled", error: signal.reason };
    const failure = attemptFailure(reason);
    this.cancel(failure.error); // frees the stream, if it is not what failed
    return failure;
  }
}

function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === "unary";
}

function requestHeader({ header, timeoutMs, previousAttempts }: ChannelRequest): Headers {
  const own = new Headers(header);
  if (Number.isFinite(timeoutMs)) own.set("grpc-timeout", formatGrpcTimeout(timeoutMs));
  if (previousAttempts > 0) own.set("grpc-previous-rpc-attempts", String(previousAttempts));
  return own;
}

async function takeOne(answer: StreamResponse): Promise<AttemptEnd> {
  let only: Message | undefined;
  for await (const message of answer.message) {
    if (only !== undefined)
      throw new ConnectError("more than one message in the answer", Code.Unimplemented);
    only = message;
  }
  if (only === undefined) throw new ConnectError("no message in the answer", Code.Unimplemented);
  return { ok: true, answer: { kind: "unary", message: only, ...pickMetadata(answer) } };
}

function pickMetadata({ header, trailer }: { header: Headers; trailer: Headers }) {
  return { header, trailer };
}
