/** Makes calls: interceptors once per call, beneath them the cluster layer, and errors as callers see them. */
import {
  create,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  type Message,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type ContextValues,
  createContextValues,
  type Interceptor,
  type StreamRequest,
  type StreamResponse,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { runCall } from "@thrice/cluster";
import type { Answer } from "@thrice/core";
import { Channels } from "../channels.js";
import type { ResolvedClientOptions } from "../options/client-options.js";
import type { CallSettings } from "../options/method-options.js";
import { errorFromCall } from "./call-error.js";
import { CallPlanner } from "./call-planner.js";
import { createMessages } from "./create-messages.js";
import { ReplayBuffer } from "./replay-buffer.js";
import { type RequestSource, singleMessage } from "./request-source.js";

/** One call, as the stub or the transport asks for it. */
export interface CallRequest {
  readonly method: DescMethod;
  readonly settings: CallSettings;
  readonly signal: AbortSignal | undefined;
  readonly contextValues: ContextValues | undefined;
}

/** What a caller may write for a message. */
export type Init = MessageInitShape<DescMethod["input"]>;

type Request = UnaryRequest | StreamRequest;
type Response = UnaryResponse | StreamResponse;

export class Caller {
  readonly #options: ResolvedClientOptions;
  readonly #channels: Channels;
  readonly #planner: CallPlanner;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    this.#channels = new Channels(options);
    this.#planner = new CallPlanner(options, this.#channels);
  }

  /** Calls a method that takes one message and answers with one. Rejects with a `ConnectError`. */
  async unary(call: CallRequest, init: Init): Promise<UnaryResponse> {
    const method = call.method as DescMethodUnary;
    const message = create(method.input, init);
    const request: UnaryRequest = { stream: false, method, message, ...this.#common(call) };
    const response = await this.#intercept(request, (sent) =>
      this.#send(call, sent, singleMessage(sent.message as Message)),
    );
    return response as UnaryResponse;
  }

  /** Calls any other method. Rejects, or breaks the stream of answers, with a `ConnectError`. */
  async stream(call: CallRequest, inits: AsyncIterable<Init>): Promise<StreamResponse> {
    const method = call.method as DescMethodStreaming;
    const message = createMessages(method.input, inits);
    const request: StreamRequest = { stream: true, method, message, ...this.#common(call) };
    const response = await this.#intercept(request, (sent) =>
      this.#send(call, sent, this.#replayable(method, sent.message as AsyncIterable<Message>)),
    );
    return response as StreamResponse;
  }

  /** Fails what still runs and closes the connections. */
  close(): Promise<void> {
    return this.#channels.close();
  }

  /** The first interceptor sees the request first and the answer last. */
  #intercept(request: Request, send: (request: Request) => Promise<Response>): Promise<Response> {
    const wrap = (next: typeof send, layer: Interceptor) => layer(next);
    return this.#options.interceptors.reduceRight(wrap, send)(request);
  }

  async #send(call: CallRequest, request: Request, source: RequestSource): Promise<Response> {
    const { method, settings } = call;
    const { header, signal } = request;
    const end = await runCall(this.#planner.plan({ method, settings, header, signal, source }));
    source.commit();
    void end.finished.then(() => source.close());
    if (!end.result.ok) throw errorFromCall(method, end.result, end.attempts, this.#options.logger);
    return responseFrom(request, end.result.answer);
  }

  #replayable({ input }: DescMethod, messages: AsyncIterable<Message>): RequestSource {
    const sizeOf = (message: Message) => toBinary(input, message).byteLength;
    return new ReplayBuffer(messages, sizeOf, this.#options.replayBufferBytes);
  }

  #common({ method: { parent, name }, settings, signal, contextValues }: CallRequest) {
    const peer = this.#options.directory.snapshot().endpoints[0]?.id ?? "no-endpoint.invalid";
    return {
      service: parent,
      requestMethod: "POST",
      url: `http://${peer}/${parent.typeName}/${name}`,
      header: new Headers(settings.attachments),
      signal: signal ?? new AbortController().signal,
      contextValues: contextValues ?? createContextValues(),
    };
  }
}

function responseFrom({ stream, service, method }: Request, answer: Answer): Response {
  const { header, trailer } = answer;
  const message = answer.kind === "stream" ? answer.messages : answer.message;
  const shaped = stream && answer.kind === "unary" ? single(answer.message) : message;
  return { stream, service, method, header, trailer, message: shaped } as Response;
}

async function* single(message: Message): AsyncGenerator<Message> {
  yield message;
}
