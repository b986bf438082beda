/**
 * One unary call without interceptors, from its stub to its answer: what is sent, who is told how it ends, and the caller's
 * promise. Nothing else is made for it here.
 */
import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { AttemptHistory, AttemptRequest, CallInit } from "@thrice/cluster";
import {
  type Answer,
  type AttemptListener,
  type CallOptions,
  compressEncoding,
  compressFromBytes,
  type FailedAttempt,
  type InboundCall,
  type Logger,
  type RunningAttempt,
  type UnaryAnswer,
} from "@thrice/core";
import type { ChannelRequest, RequestInput } from "@thrice/protocol";
import type { Channels } from "../channels.js";
import type { CallSettings } from "../options/method-options.js";
import { errorFromCall } from "./call-error.js";
import { type AttemptTools, startIntercepted } from "./intercepted-attempt.js";

/** What a client lends its calls. */
export interface CallTools extends AttemptTools {
  readonly channels: Channels;
  readonly logger: Logger;
}

/** What bounds and surrounds a call from outside. */
export interface CallFrame {
  /** In milliseconds; `Infinity` for no bound. */
  readonly timeoutMs: number;
  /** The call that was being served when this one was made. */
  readonly inbound: InboundCall | undefined;
}

/** The two ends of a promise. */
export interface Settle {
  resolve(message: Message): void;
  reject(reason: unknown): void;
}

export class UnaryCall implements CallInit, ChannelRequest {
  readonly method: DescMethod;
  readonly message: Message;
  readonly input: RequestInput;
  readonly timeoutMs: number;
  readonly #tools: CallTools;
  readonly #settings: CallSettings;
  readonly #options: CallOptions | undefined;
  readonly #settle: Settle;
  readonly #inbound: InboundCall | undefined;

  constructor(
    tools: CallTools,
    request: { method: DescMethod; message: Message; settings: CallSettings },
    { timeoutMs, inbound }: CallFrame,
    options: CallOptions | undefined,
    settle: Settle,
  ) {
    this.#tools = tools;
    this.method = request.method;
    this.message = request.message;
    this.input = { kind: "one", message: request.message };
    this.#settings = request.settings;
    this.timeoutMs = timeoutMs;
    this.#inbound = inbound;
    this.#options = options;
    this.#settle = settle;
  }

  get header(): Headers | undefined {
    return this.#settings.attachments;
  }

  get group(): string | undefined {
    return this.#settings.group;
  }

  get version(): string | undefined {
    return this.#settings.version;
  }

  get compressMinBytes(): number | undefined {
    return compressFromBytes(this.#settings);
  }

  get encoding(): "gzip" | "br" {
    return compressEncoding(this.#settings);
  }

  get signal(): AbortSignal | undefined {
    return this.#options?.signal;
  }

  get onExplain(): CallOptions["onExplain"] {
    return this.#options?.onExplain;
  }

  start(request: AttemptRequest, listener: AttemptListener): RunningAttempt {
    const { attemptInterceptors: interceptors } = this.#settings;
    if (interceptors === undefined)
      return this.#tools.channels.start(request.endpoint, this, request, listener);
    const call = { interceptors, request: this, contextValues: this.#options?.contextValues };
    return startIntercepted(this.#tools, call, request, listener);
  }

  whyNotReplayable(): undefined {
    return undefined;
  }

  onFailure(failure: FailedAttempt, history: AttemptHistory): void {
    const listeners = { logger: this.#tools.logger, inbound: this.#inbound };
    this.#settle.reject(errorFromCall(this.method, failure, history.attempts, listeners));
  }

  onAnswer(unary: Answer): void {
    const answer = unary as UnaryAnswer;
    const options = this.#options;
    if (options !== undefined) {
      try {
        options.onHeader?.(answer.header);
        options.onTrailer?.(answer.trailer);
      } catch (reason) {
        this.#settle.reject(reason);
        return;
      }
    }
    this.#settle.resolve(answer.message);
  }

  onFinished(): void {}
}
