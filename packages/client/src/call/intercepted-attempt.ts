/** An attempt that goes through interceptors of the user's on its way to the wire. */
import type { Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ContextValues,
  type Interceptor,
  type StreamRequest,
  type StreamResponse,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { type AttemptRequest, describeThrown } from "@thrice/cluster";
import {
  type AttemptFailure,
  type AttemptListener,
  authorityOf,
  type Clock,
  type RunningAttempt,
} from "@thrice/core";
import type { ChannelRequest } from "@thrice/protocol";
import type { Channels } from "../channels.js";
import { AttemptValues } from "./attempt-values.js";
import { answerFrom, responseFrom } from "./shape-answer.js";

/** What a client lends such attempts. */
export interface AttemptTools {
  readonly channels: Pick<Channels, "start">;
  readonly clock: Clock;
  readonly scheme: "http" | "https";
}

/** What the attempts of one call have in common. */
export interface InterceptedCall {
  /** The first one sees the request first and the answer last. */
  readonly interceptors: readonly Interceptor[];
  readonly request: ChannelRequest;
  readonly contextValues: ContextValues | undefined;
}

type Request = UnaryRequest | StreamRequest;
type Response = UnaryResponse | StreamResponse;

/** Starts an attempt. Does not throw. */
export function startIntercepted(
  tools: AttemptTools,
  call: InterceptedCall,
  attempt: AttemptRequest,
  listener: AttemptListener,
): RunningAttempt {
  const intercepted = new InterceptedAttempt(tools, call, attempt, listener);
  void intercepted.run();
  return intercepted;
}

/** Shape: interceptors are at work → an answer or a failure is told → finished, when nothing is left on the wire. */
class InterceptedAttempt implements RunningAttempt {
  readonly #tools: AttemptTools;
  readonly #call: InterceptedCall;
  readonly #attempt: AttemptRequest;
  readonly #listener: AttemptListener;
  readonly #startedMs: number;
  /** Undefined until an interceptor looks at the signal. */
  #controller: AbortController | undefined;
  /** Makes the error of whoever sends now, or waits for the signal; undefined while it may be sent. */
  #over: (() => ConnectError) | undefined;
  /** What is on the wire: an interceptor may send more than once. */
  readonly #running = new Set<RunningAttempt>();
  #open = 0;
  #wasSent = false;
  /** How the wire saw it fail, the last time. */
  #failure: AttemptFailure | undefined;
  #isTold = false;
  #isFinished = false;

  constructor(
    tools: AttemptTools,
    call: InterceptedCall,
    attempt: AttemptRequest,
    listener: AttemptListener,
  ) {
    this.#tools = tools;
    this.#call = call;
    this.#attempt = attempt;
    this.#listener = listener;
    this.#startedMs = tools.clock.nowMs();
  }

  /** Never rejects. */
  async run(): Promise<void> {
    try {
      const wrap = (next: typeof this.send, layer: Interceptor) => layer(next);
      const first = this.#call.interceptors.reduceRight(wrap, this.send);
      const answer = await answerFrom(this.#call.request.method, await first(this.#request()));
      if (this.#isTold) return;
      this.#isTold = true;
      this.#listener.onAnswer(answer);
      // An interceptor may answer by itself.
      if (answer.kind === "unary") this.#takeBack(answeredError);
    } catch (reason) {
      this.#end(this.#failureFrom(reason));
    }
    this.#finishIfDone();
  }

  cancel(error: ConnectError): void {
    this.#end({ outcome: "cancelled", error });
    this.#finishIfDone();
  }

  /** The innermost step. */
  readonly send = (request: Request): Promise<Response> =>
    new Promise((resolve, reject) => {
      if (this.#over !== undefined) throw this.#over();
      this.#wasSent = true;
      this.#failure = undefined;
      this.#open++;
      const running: RunningAttempt = this.#tools.channels.start(
        this.#attempt.endpoint,
        this.#toSend(request),
        { previousAttempts: this.#attempt.previousAttempts, timeoutMs: this.#leftMs() },
        {
          onAnswer: (answer) => resolve(responseFrom(request, answer)),
          onFailure: (failure) => {
            this.#failure = failure;
            reject(failure.error);
          },
          onFinished: () => {
            this.#open--;
            this.#finishIfDone();
          },
        },
      );
      this.#running.add(running);
    });

  #request(): Request {
    const { request, contextValues } = this.#call;
    const { method, header, input } = request;
    const { endpoint, about } = this.#attempt;
    const authority = authorityOf(endpoint.address);
    const made = {
      stream: input.kind === "many",
      service: method.parent,
      method,
      requestMethod: "POST",
      url: `${this.#tools.scheme}://${authority}/${method.parent.typeName}/${method.name}`,
      header: new Headers(header),
      contextValues: new AttemptValues(contextValues, about),
      message: input.kind === "many" ? input.messages : input.message,
      [source]: () => this.#signal(),
    };
    return Object.defineProperty(made, "signal", lazySignal) as unknown as Request;
  }

  #signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#over !== undefined) this.#controller.abort(this.#over());
    }
    return this.#controller.signal;
  }

  #toSend({ stream, header, message }: Request): ChannelRequest {
    const { method, group, version, compressMinBytes, encoding } = this.#call.request;
    const input = stream
      ? ({ kind: "many", messages: message } as const)
      : ({ kind: "one", message: message as Message } as const);
    return { method, group, version, compressMinBytes, encoding, header, input };
  }

  /** The peer is not told of time that interceptors have used up. */
  #leftMs(): number {
    const { timeoutMs } = this.#attempt;
    if (timeoutMs === Number.POSITIVE_INFINITY) return timeoutMs;
    return Math.max(1, timeoutMs - (this.#tools.clock.nowMs() - this.#startedMs));
  }

  /**
   * A `ConnectError` of an interceptor's own is the attempt's, with its code; how far the request had come is as the wire saw
   * it. Anything else that it throws is a mistake, which no other attempt mends.
   */
  #failureFrom(reason: unknown): AttemptFailure {
    const failure = this.#failure;
    if (!(reason instanceof ConnectError)) {
      const text = `attempt interceptor threw: ${describeThrown(reason)}`;
      const error = new ConnectError(text, Code.Internal, undefined, undefined, reason);
      return { outcome: "rejected", error };
    }
    if (reason === failure?.error) return failure;
    if (failure !== undefined) return { ...failure, error: reason };
    if (!this.#wasSent) return { outcome: "rejected", error: reason, isRepeatable: true };
    return { outcome: "answered", error: reason };
  }

  /** Tells a failure, unless it has ended, and takes back what is on the wire, also a stream that was answered. */
  #end(failure: AttemptFailure): void {
    const { error } = failure;
    if (!this.#isTold) {
      this.#isTold = true;
      this.#listener.onFailure(failure);
    }
    this.#takeBack(() => error);
  }

  /** An error with its stack is made only if somebody holds the signal, or something is on the wire. */
  #takeBack(over: () => ConnectError): void {
    this.#over ??= over;
    if (this.#controller === undefined && this.#open === 0) return;
    const error = over();
    this.#controller?.abort(error);
    for (const running of this.#running) running.cancel(error);
  }

  #finishIfDone(): void {
    if (!this.#isTold || this.#open > 0 || this.#isFinished) return;
    this.#isFinished = true;
    this.#listener.onFinished();
  }
}

/** Where a request has its signal from. */
const source = Symbol("signal");

/**
 * Made when somebody looks; a copy by `{ ...request }` looks. All requests share the getter: V8 keeps a hidden class, and all
 * that it reaches, until the next full collection for each object that has one of its own.
 */
const lazySignal: PropertyDescriptor = {
  enumerable: true,
  configurable: true,
  get(this: { readonly [source]: () => AbortSignal }) {
    return this[source]();
  },
};

function answeredError(): ConnectError {
  return new ConnectError("the attempt is answered", Code.Canceled);
}
