import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type {
  ContextValues,
  HandlerContext,
  StreamRequest,
  UnaryRequest,
} from "@connectrpc/connect";

/** What a handler gets as its context after an interceptor has passed on another request than it got. */
export class InterceptedContext implements HandlerContext {
  readonly signal: AbortSignal;
  readonly requestHeader: Headers;
  readonly values: ContextValues;
  readonly #context: HandlerContext;

  constructor(context: HandlerContext, sent: UnaryRequest | StreamRequest) {
    this.#context = context;
    this.signal = sent.signal;
    this.requestHeader = sent.header;
    this.values = sent.contextValues;
  }

  get method(): DescMethod {
    return this.#context.method;
  }

  get service(): DescService {
    return this.#context.service;
  }

  get requestMethod(): string {
    return this.#context.requestMethod;
  }

  get protocolName(): string {
    return this.#context.protocolName;
  }

  get url(): string {
    return this.#context.url;
  }

  /** Works without `this` too. */
  get timeoutMs(): () => number | undefined {
    return this.#context.timeoutMs;
  }

  get responseHeader(): Headers {
    return this.#context.responseHeader;
  }

  get responseTrailer(): Headers {
    return this.#context.responseTrailer;
  }
}
