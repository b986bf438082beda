/** The client's side: listeners that make spans and metrics, and an interceptor that sends the trace with each attempt. */
import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamResponse,
  type UnaryResponse,
} from "@connectrpc/connect";
import {
  type Attributes,
  context,
  type Meter,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import {
  type AttemptEndEvent,
  type AttemptInfo,
  attemptKey,
  type CallEndEvent,
  type CallInfo,
  type ClusterEvents,
  type Outcome,
} from "@thrice/core";
import { KnownAttributes } from "./attributes.js";
import { type AttemptState, CallState } from "./call-state.js";
import { ClientMetrics } from "./client-metrics.js";
import { headerSetter } from "./header-access.js";
import { joinEvents } from "./join-events.js";
import { codeOf, errorTypeOf, type RpcSystem, statusOf } from "./status.js";
import { type StreamEnd, watchStream } from "./watch-stream.js";

/** Options of {@link Telemetry.client}. */
export interface ClientTelemetryOptions {
  /** Names what is called, for metrics: `grpc.target`. @defaultValue `"other"`, as gRPC has it */
  readonly target?: string | undefined;
  /** The family of the client's `protocol`: `"connectrpc"` for `"connect"`. @defaultValue `"grpc"` */
  readonly system?: RpcSystem | undefined;
  /** Listeners of your own; they are called first. @defaultValue none */
  readonly events?: ClusterEvents | undefined;
  /** Attempt interceptors of your own; they see the header of the trace. @defaultValue none */
  readonly attemptInterceptors?: readonly Interceptor[] | undefined;
}

/** Options of `newClient`, to be spread into its others. */
export interface ClientTelemetry {
  readonly events: ClusterEvents;
  readonly attemptInterceptors: readonly Interceptor[];
}

/** What the client's side is made with. */
export interface ClientTelemetryInit {
  /** Undefined for no traces, or no metrics. */
  readonly tracer: Tracer | undefined;
  readonly meter: Meter | undefined;
  readonly propagator: Pick<TextMapPropagator, "inject">;
}

export function clientTelemetry(
  init: ClientTelemetryInit,
  options: ClientTelemetryOptions,
): ClientTelemetry {
  const observer = new CallObserver(init, options);
  return {
    events: joinEvents(options.events, {
      onCallStart: ({ call }) => observer.beginCall(call),
      onAttemptStart: ({ attempt }) => observer.beginAttempt(attempt),
      onAttemptEnd: (event) => observer.endAttempt(event),
      onCallEnd: (event) => observer.endCall(event),
      onCallFinish: ({ call, durationMs }) => observer.finishCall(call, durationMs),
    }),
    attemptInterceptors: [observer.intercept, ...(options.attemptInterceptors ?? [])],
  };
}

/** Shape: a call has begun → its result is known → all of its answers have been read, which is when it ends here. */
class CallObserver {
  readonly #tracer: Tracer | undefined;
  readonly #propagator: Pick<TextMapPropagator, "inject">;
  readonly #metrics: ClientMetrics | undefined;
  readonly #system: RpcSystem;
  readonly #known = new KnownAttributes();
  /** What has ended is deleted: left to itself, it stays in memory until the next full collection. */
  readonly #calls = new WeakMap<CallInfo, CallState>();
  readonly #attempts = new WeakMap<AttemptInfo, AttemptState>();

  constructor({ tracer, meter, propagator }: ClientTelemetryInit, options: ClientTelemetryOptions) {
    const { target = "other", system = "grpc" } = options;
    this.#tracer = tracer;
    this.#propagator = propagator;
    this.#metrics = meter && new ClientMetrics(meter, target, system, this.#known);
    this.#system = system;
  }

  beginCall(call: CallInfo): void {
    const { name, attributes } = this.#known.ofMethod(this.#system, call.method);
    const parent = context.active();
    const options = { kind: SpanKind.CLIENT, attributes };
    const span = this.#tracer?.startSpan(name, options, parent);
    const own = span === undefined ? parent : trace.setSpan(parent, span);
    this.#calls.set(call, new CallState(span, own));
  }

  beginAttempt(attempt: AttemptInfo): void {
    const call = this.#calls.get(attempt.call);
    if (call === undefined) return;
    call.begin(attempt);
    const span = this.#startAttempt(attempt, call);
    const own = span === undefined ? call.context : trace.setSpan(call.context, span);
    this.#attempts.set(attempt, { call, span, context: own, isStreaming: false });
  }

  #startAttempt(attempt: AttemptInfo, call: CallState): Span | undefined {
    if (this.#tracer === undefined) return undefined;
    const { attemptName, attributes } = this.#known.ofMethod(this.#system, attempt.call.method);
    const own: Attributes = {
      ...attributes,
      ...this.#known.ofAddress(attempt.endpoint.address),
      "thrice.attempt.number": attempt.number,
      "thrice.attempt.kind": attempt.kind,
      "thrice.attempt.reason": attempt.reason,
      "thrice.attempt.delay_ms": attempt.delayMs,
    };
    const options = { kind: SpanKind.CLIENT, attributes: own };
    return this.#tracer.startSpan(attemptName, options, call.context);
  }

  endAttempt({ attempt, outcome, code, durationMs }: AttemptEndEvent): void {
    const state = this.#attempts.get(attempt);
    if (state === undefined) return;
    const isGood = code === "ok";
    state.call.end(attempt, attempt.startedMs + durationMs, isGood);
    if (!isGood || !answersMany(attempt.call)) this.#endAttempt(attempt, state, outcome, code);
  }

  endCall(event: CallEndEvent): void {
    const state = this.#calls.get(event.call);
    if (state === undefined) return;
    state.ending = event;
    if (event.code !== "ok" || !answersMany(event.call)) this.#end(state, event);
  }

  /** Only streams that were answered are left for it. It may come before the reader of a stream hears of its end. */
  finishCall(call: CallInfo, durationMs: number): void {
    const state = this.#calls.get(call);
    if (state?.ending === undefined) return;
    state.finishedMs = durationMs;
    if (state.winner !== undefined && this.#attempts.get(state.winner)?.isStreaming) return;
    const code = state.streamError?.code ?? "ok";
    this.#end(state, { ...state.ending, code, durationMs }, state.streamError?.message);
  }

  /** Sends the attempt's trace with it, and follows its stream of answers to the end. */
  readonly intercept: Interceptor = (next) => async (request) => {
    const attempt = request.contextValues.get(attemptKey);
    const state = attempt && this.#attempts.get(attempt);
    if (attempt === undefined || state === undefined) return next(request);
    this.#propagator.inject(state.context, request.header, headerSetter);
    const response = await next(request);
    return answersMany(request) ? this.#follow(attempt, state, request.signal, response) : response;
  };

  #follow<R extends UnaryResponse | StreamResponse>(
    attempt: AttemptInfo,
    state: AttemptState,
    signal: AbortSignal,
    response: R,
  ): R {
    const { call } = state;
    state.isStreaming = true;
    const end = (how: StreamEnd) => {
      if (!state.isStreaming) return;
      state.isStreaming = false;
      signal.removeEventListener("abort", onAbort);
      const failure = failureOf(how);
      this.#endAttempt(attempt, state, "answered", failure?.code ?? "ok", failure?.message);
      if (call.winner !== attempt) return;
      call.streamError = failure;
      if (call.finishedMs !== undefined) this.finishCall(attempt.call, call.finishedMs);
    };
    const onAbort = () => end({ kind: "failed", error: signal.reason });
    signal.addEventListener("abort", onAbort, { once: true });
    return watchStream(response, undefined, end);
  }

  #endAttempt(
    attempt: AttemptInfo,
    { span }: AttemptState,
    outcome: Outcome,
    code: string,
    message?: string,
  ): void {
    this.#attempts.delete(attempt);
    if (span === undefined || !span.isRecording()) return;
    const status = statusOf(this.#system, code);
    span.setAttributes({ "rpc.response.status_code": status, "thrice.attempt.outcome": outcome });
    if (code !== "ok") {
      span.setAttribute("error.type", errorTypeOf(outcome, status));
      span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
    }
    span.end();
  }

  #end(state: CallState, event: CallEndEvent, message?: string): void {
    const { call, outcome, code, attempts } = event;
    this.#calls.delete(call);
    this.#metrics?.record(state, event);
    const { span, endpoint } = state;
    if (span === undefined || !span.isRecording()) return;
    const status = statusOf(this.#system, code);
    span.setAttributes({
      ...(endpoint && this.#known.ofAddress(endpoint.address)),
      "rpc.response.status_code": status,
      "thrice.call.attempts": attempts,
    });
    if (code !== "ok") {
      span.setAttribute("error.type", errorTypeOf(outcome, status));
      span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
    }
    span.end();
  }
}

function answersMany({ method }: Pick<CallInfo, "method">): boolean {
  return method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
}

/** A stream that the caller left counts as cancelled. */
function failureOf(how: StreamEnd): CallState["streamError"] {
  switch (how.kind) {
    case "done":
      return undefined;
    case "left":
      return { code: "canceled", message: undefined };
    case "failed": {
      const error = ConnectError.from(how.error, Code.Canceled);
      return { code: codeOf(error), message: error.rawMessage };
    }
  }
}
