/** The server's side: one interceptor, in Connect's shape, that makes a span and a duration of each call. */
import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from "@connectrpc/connect";
import {
  type Attributes,
  context,
  type Meter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { Clock } from "@thrice/core";
import { KnownAttributes } from "./attributes.js";
import { durationHistogram } from "./durations.js";
import { headerGetter } from "./header-access.js";
import { codeOf, isServerFault, type RpcSystem, statusOf } from "./status.js";
import { watchStream } from "./watch-stream.js";

/** What the server's side is made with. */
export interface ServerTelemetryInit {
  /** Undefined for no traces, or no metrics. */
  readonly tracer: Tracer | undefined;
  readonly meter: Meter | undefined;
  readonly propagator: Pick<TextMapPropagator, "extract">;
  readonly clock: Clock;
}

/**
 * Makes the interceptor. It belongs first in the list, so that it sees what the others do. A call ends with its last answer,
 * or when its signal aborts: a handler that hangs is answered for by the server.
 */
export function serverInterceptor(init: ServerTelemetryInit): Interceptor {
  const { tracer, meter, propagator, clock } = init;
  const durations =
    meter &&
    durationHistogram(meter, "rpc.server.call.duration", "Duration of calls that were served.");
  const known = new KnownAttributes();

  return (next) => async (request) => {
    const startedMs = clock.nowMs();
    const { header, signal } = request;
    const system = systemOf(request);
    const { name, attributes, okAttributes } = known.ofMethod(system, request.method);
    const parent = propagator.extract(ROOT_CONTEXT, header, headerGetter);
    const span = tracer?.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    const active = span === undefined ? parent : trace.setSpan(parent, span);
    let isEnded = false;
    const end = (code: string, message?: string) => {
      if (isEnded) return;
      isEnded = true;
      signal.removeEventListener("abort", onAbort);
      const ending = endingOf(system, code);
      const about = code === "ok" ? okAttributes : { ...attributes, ...ending };
      durations?.record((clock.nowMs() - startedMs) / 1_000, about, active);
      endSpan(span, ending, message);
    };
    const endFailed = (error: unknown) => end(codeOf(error), messageOf(error));
    const onAbort = () => endFailed(ConnectError.from(signal.reason, Code.Canceled));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    try {
      const response = await context.with(active, () => next(request));
      if (!response.stream) end("ok");
      return watchStream(response, active, (how) => {
        if (how.kind === "failed") endFailed(how.error);
        else end(how.kind === "done" ? "ok" : "canceled");
      });
    } catch (error) {
      endFailed(error);
      throw error;
    }
  };
}

function endingOf(system: RpcSystem, code: string): Attributes {
  const status = statusOf(system, code);
  const ending: Attributes = { "rpc.response.status_code": status };
  if (isServerFault(code)) ending["error.type"] = status;
  return ending;
}

function endSpan(span: Span | undefined, ending: Attributes, message: string | undefined): void {
  if (span === undefined || !span.isRecording()) return;
  span.setAttributes(ending);
  if ("error.type" in ending) {
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
  }
  span.end();
}

/** What stands in the error of a handler that is no `ConnectError` stays in logs, and out of traces. */
function messageOf(error: unknown): string | undefined {
  return error instanceof ConnectError ? error.rawMessage : undefined;
}

function systemOf({ header }: UnaryRequest | StreamRequest): RpcSystem {
  return header.get("content-type")?.startsWith("application/grpc") === true
    ? "grpc"
    : "connectrpc";
}
