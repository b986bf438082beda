/** Makes calls: interceptors once per call, beneath them the cluster layer, and errors as callers see them. */
import {
  create,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  type Message,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextValues,
  type Interceptor,
  type StreamRequest,
  type StreamResponse,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { CallsUnderWay, runCall, startCall } from "@thrice/cluster";
import {
  type CallOptions,
  type ClientCounters,
  type ClientLevels,
  compressEncoding,
  compressFromBytes,
  currentInboundCall,
  systemClock,
} from "@thrice/core";
import { encodeMessage } from "@thrice/protocol";
import { Channels } from "../channels.js";
import { type ResolvedClientOptions, resolveServiceConfig } from "../options/client-options.js";
import type { CallSettings } from "../options/method-options.js";
import { withHistory } from "./answer-history.js";
import { baseUrl } from "./base-url.js";
import { CallBounds } from "./call-bounds.js";
import { errorFromCall } from "./call-error.js";
import { CallPlanner } from "./call-planner.js";
import { createMessages } from "./create-messages.js";
import { type CloseOptions, Drain } from "./drain.js";
import { startIntercepted } from "./intercepted-attempt.js";
import { ReplayBuffer } from "./replay-buffer.js";
import { ReplayMemory } from "./replay-memory.js";
import { type RequestSource, singleMessage } from "./request-source.js";
import { responseFrom } from "./shape-answer.js";
import { type CallFrame, type CallTools, type Settle, UnaryCall } from "./unary-call.js";

/** One call, as the stub or the transport asks for it. */
export interface CallRequest {
  readonly method: DescMethod;
  readonly settings: CallSettings;
  readonly signal: AbortSignal | undefined;
  readonly contextValues: ContextValues | undefined;
  readonly onExplain: CallOptions["onExplain"];
}

/** What a caller may write for a message. */
export type Init = MessageInitShape<DescMethod["input"]>;

type Request = UnaryRequest | StreamRequest;
type RequestCommon = Omit<UnaryRequest, "stream" | "method" | "message">;
type Response = UnaryResponse | StreamResponse;

export class Caller {
  readonly #options: ResolvedClientOptions;
  readonly #channels: Channels;
  readonly #planner: CallPlanner;
  readonly #tools: CallTools;
  readonly #underWay = new CallsUnderWay();
  readonly #replayMemory: ReplayMemory;
  readonly #drain: Drain;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    this.#replayMemory = new ReplayMemory(options.replayBufferTotalBytes);
    this.#planner = new CallPlanner(options, this.#underWay, (endpoint) =>
      this.#channels.probe(endpoint),
    );
    // The wire keeps to real time: a clock that a test moves would leave its connections standing.
    const wire = { ...options, clock: systemClock };
    this.#channels = new Channels(wire, this.#planner.services, options.clock);
    options.tls?.watch(options.logger);
    const { logger, clock, tls } = options;
    const scheme = tls === undefined ? "http" : "https";
    this.#tools = { channels: this.#channels, logger, clock, scheme };
    this.#drain = new Drain(this.#underWay, options.clock, () => this.#shutDown());
  }

  /**
   * Calls a method that takes one message and answers with one. Rejects with a `ConnectError`. Without interceptors nothing is
   * made that nobody looks at: no request and response of Connect's, no headers, no signal.
   */
  unaryMessage(call: CallRequest, init: Init, options: CallOptions | undefined): Promise<Message> {
    if (this.#options.interceptors.length > 0) return this.#unaryIntercepted(call, init, options);
    return new Promise((resolve, reject) => {
      if (this.#drain.hasBegun) throw closedError();
      const { method, settings } = call;
      const message = create(method.input, init);
      const request = { method, message, settings };
      const inbound = currentInboundCall();
      const frame = { timeoutMs: this.#planner.timeoutMs(method, settings, inbound), inbound };
      const settle = { resolve, reject };
      const waiting = this.#whenKnown(call, frame.timeoutMs);
      if (waiting === undefined) {
        this.#startUnary(request, frame, options, settle);
        return;
      }
      const start = (timeoutMs: number) =>
        this.#startUnary(request, { timeoutMs, inbound }, options, settle);
      waiting.then(start).catch(reject);
    });
  }

  /** @throws ConnectError if the client is closed, or the load balancer makes no picker. */
  #startUnary(
    request: { method: DescMethod; message: Message; settings: CallSettings },
    frame: CallFrame,
    options: CallOptions | undefined,
    settle: Settle,
  ): void {
    if (this.#drain.hasEnded) throw closedError();
    const plan = this.#planner.plan(request.method, request.settings);
    startCall(plan, new UnaryCall(this.#tools, request, frame, options, settle));
  }

  /** Waits for endpoints, if the call's service is looked for and was not heard of yet. */
  #whenKnown({ method, settings, signal }: CallRequest, timeoutMs: number) {
    const { services } = this.#planner;
    if (!services.areLookedFor) return undefined;
    return services.whenKnown(services.of(method, settings), { timeoutMs, signal });
  }

  async #unaryIntercepted(
    call: CallRequest,
    init: Init,
    options: CallOptions | undefined,
  ): Promise<Message> {
    const answer = await this.unary(call, init);
    options?.onHeader?.(answer.header);
    options?.onTrailer?.(answer.trailer);
    return answer.message;
  }

  /** As `unaryMessage`, for Connect's own clients. */
  async unary(call: CallRequest, init: Init): Promise<UnaryResponse> {
    const method = call.method as DescMethodUnary;
    const message = create(method.input, init);
    const toSource = (sent: Request) => singleMessage(sent.message as Message);
    const toRequest = (common: RequestCommon): UnaryRequest => ({
      stream: false,
      method,
      message,
      ...common,
    });
    return (await this.#call(call, toRequest, toSource)) as UnaryResponse;
  }

  /** Calls any other method. Rejects, or breaks the stream of answers, with a `ConnectError`. */
  async stream(call: CallRequest, inits: AsyncIterable<Init>): Promise<StreamResponse> {
    const method = call.method as DescMethodStreaming;
    const message = createMessages(method.input, inits);
    const toSource = (sent: Request) =>
      this.#replayable(method, sent.message as AsyncIterable<Message>);
    const toRequest = (common: RequestCommon): StreamRequest => ({
      stream: true,
      method,
      message,
      ...common,
    });
    return (await this.#call(call, toRequest, toSource)) as StreamResponse;
  }

  /** Puts a service config in force for calls that begin from now on. @throws TypeError or RangeError if it is wrong. */
  setServiceConfig(config: string | object | undefined): void {
    this.#planner.useServiceConfig(resolveServiceConfig(config));
  }

  counters(): ClientCounters {
    return this.#planner.counters();
  }

  levels(): ClientLevels {
    return { ...this.#planner.levels(), connections: this.#channels.openConnections };
  }

  /**
   * Takes no new calls, lets running ones go on for `graceMs`, then fails what still runs and closes the connections.
   *
   * @throws TypeError or RangeError naming field, bound and value of a wrong option.
   */
  close(options?: CloseOptions): Promise<void> {
    return this.#drain.begin(options);
  }

  async #shutDown(): Promise<void> {
    this.#planner.close();
    this.#underWay.endAll("rejected", closedError());
    await Promise.all([this.#channels.close(), this.#options.tls?.close()]);
  }

  async #call(
    call: CallRequest,
    toRequest: (common: RequestCommon) => Request,
    toSource: (sent: Request) => RequestSource,
  ): Promise<Response> {
    if (this.#drain.hasBegun) throw closedError();
    const { clock, interceptors } = this.#options;
    const inbound = currentInboundCall();
    const timeoutMs = this.#planner.timeoutMs(call.method, call.settings, inbound);
    const frame = { timeoutMs, inbound };
    if (interceptors.length === 0) {
      const request = toRequest(this.#common(call, call.signal ?? new AbortController().signal));
      return this.#send(call, request, toSource(request), frame);
    }
    const startedMs = clock.nowMs();
    const bounds = new CallBounds({ signal: call.signal, timeoutMs, clock });
    this.#underWay.add(bounds);
    const send = (sent: Request) =>
      this.#send(
        call,
        sent,
        toSource(sent),
        { timeoutMs: Math.max(0, timeoutMs + startedMs - clock.nowMs()), inbound },
        bounds,
      );
    const request = toRequest(this.#common(call, bounds.signal));
    return bounds
      .run(() => this.#intercept(request, send))
      .catch(throwFromInterceptor)
      .finally(() => this.#underWay.remove(bounds));
  }

  /** The first interceptor sees the request first and the answer last. */
  #intercept(request: Request, send: (request: Request) => Promise<Response>): Promise<Response> {
    const wrap = (next: typeof send, layer: Interceptor) => layer(next);
    return this.#options.interceptors.reduceRight(wrap, send)(request);
  }

  async #send(
    call: CallRequest,
    request: Request,
    source: RequestSource,
    { timeoutMs: fullMs, inbound }: CallFrame,
    bounds?: CallBounds,
  ): Promise<Response> {
    const { method, settings, onExplain } = call;
    const waiting = this.#whenKnown(call, fullMs);
    const timeoutMs = waiting === undefined ? fullMs : await waiting;
    const { header, signal, contextValues } = request;
    const { channels, logger } = this.#tools;
    const compressMinBytes = compressFromBytes(settings);
    const encoding = compressEncoding(settings);
    if (this.#drain.hasEnded) throw closedError();
    const { result, attempts, finished } = await runCall(this.#planner.plan(method, settings), {
      timeoutMs,
      signal,
      message: request.stream ? undefined : request.message,
      header,
      onExplain,
      start: (attempt, listener) => {
        const { group, version, attemptInterceptors: interceptors } = settings;
        const input = source.input();
        const sent = { method, group, version, header, input, compressMinBytes, encoding };
        if (interceptors === undefined)
          return channels.start(attempt.endpoint, sent, attempt, listener);
        const intercepted = { interceptors, request: sent, contextValues };
        return startIntercepted(this.#tools, intercepted, attempt, listener);
      },
      whyNotReplayable: () => this.#whyNotReplayable(method, source),
    });
    source.commit();
    bounds?.holdUntil(finished);
    void finished.then(() => source.close());
    if (result.ok) return responseFrom(request, withHistory(result.answer, attempts));
    throw errorFromCall(method, result, attempts, { logger, inbound });
  }

  /** Asked only when an attempt was worth repeating: its failure does not tell why it was not. */
  #whyNotReplayable({ parent, name }: DescMethod, source: RequestSource): string | undefined {
    const reason = source.whyNotReplayable;
    if (reason !== undefined)
      this.#tools.logger.warnf("%s is not retried: %s", `${parent.typeName}/${name}`, reason);
    return reason;
  }

  #replayable({ input }: DescMethod, messages: AsyncIterable<Message>): RequestSource {
    const sizeOf = (message: Message) => encodeMessage(input, message).byteLength;
    return new ReplayBuffer(messages, sizeOf, this.#options.replayBufferBytes, this.#replayMemory);
  }

  #common({ method, settings, contextValues }: CallRequest, signal: AbortSignal): RequestCommon {
    const { parent, name } = method;
    const { directory } = this.#planner.services.of(method, settings);
    return {
      service: parent,
      requestMethod: "POST",
      url: `${baseUrl(directory, this.#options.tls !== undefined)}/${parent.typeName}/${name}`,
      header: new Headers(settings.attachments),
      signal,
      contextValues: contextValues ?? createContextValues(),
    };
  }
}

/** An interceptor may throw anything; callers catch `ConnectError`. */
function throwFromInterceptor(reason: unknown): never {
  throw ConnectError.from(reason, Code.Internal);
}

function closedError(): ConnectError {
  return new ConnectError("the client is closed", Code.Unavailable);
}
