import type { Interceptor } from "@connectrpc/connect";
import {
  type Meter,
  metrics,
  propagation,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import {
  type Clock,
  checkKnownOptions,
  checkOneOf,
  checkShape,
  show,
  systemClock,
} from "@thrice/core";
import { clientReadings, type WatchedClient } from "./client-readings.js";
import {
  type ClientTelemetry,
  type ClientTelemetryOptions,
  clientTelemetry,
} from "./client-telemetry.js";
import { serverReadings, type WatchedServer } from "./server-readings.js";
import { serverInterceptor } from "./server-telemetry.js";
import { WatchedSources } from "./watched-sources.js";

/** Options of {@link otel}. */
export interface OtelOptions {
  /** Makes the spans; `false` for no traces. @defaultValue that of the API's tracer provider */
  readonly tracer?: Tracer | false | undefined;
  /** Makes the instruments; `false` for no metrics. @defaultValue that of the API's meter provider */
  readonly meter?: Meter | false | undefined;
  /** Carries the trace from process to process. @defaultValue the API's propagator */
  readonly propagator?: Pick<TextMapPropagator, "inject" | "extract"> | undefined;
  /** Measures what servers take; for tests. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
}

/** Traces and metrics of clients and servers. One value may serve any number of them. */
export interface Telemetry {
  /**
   * Options of `newClient`: `newClient({ url, ...telemetry.client() })`.
   *
   * @throws TypeError naming field and value of a wrong option.
   */
  client(options?: ClientTelemetryOptions): ClientTelemetry;
  /** Interceptor of `newServer`; put it first. */
  readonly server: Interceptor;
  /**
   * Reads counters and levels of a client whenever metrics are collected; several under one `target` are added up. The
   * function that is returned ends that; call it when the client is closed.
   */
  watch(client: WatchedClient, target?: string): () => void;
  /**
   * Reads how the load limits of a server stand, and what they turned away, whenever metrics are collected; several under one
   * `name` are added up. The function that is returned ends that; call it when the server has stopped.
   */
  watchServer(server: WatchedServer, name?: string): () => void;
}

/**
 * Makes traces and metrics by OpenTelemetry's conventions for RPC. Without a registered SDK the API does nothing, at a
 * small cost; a client and a server that are given nothing of it pay nothing.
 *
 * @throws TypeError naming field and value of a wrong option.
 */
export function otel(options: OtelOptions = {}): Telemetry {
  checkKnownOptions("options of otel", options, known);
  const { clock = systemClock, propagator = propagation } = options;
  const tracer = pick("tracer", options.tracer, () => trace.getTracer(scope));
  const meter = pick("meter", options.meter, () => metrics.getMeter(scope));
  checkShape("clock", clock, "a clock", ["nowMs"]);
  checkShape("propagator", propagator, "a propagator", ["inject", "extract"]);
  if (tracer !== undefined) checkShape("tracer", tracer, "a tracer", ["startSpan"]);
  if (meter !== undefined) checkShape("meter", meter, "a meter", ["createHistogram"]);
  const clients = meter && new WatchedSources(meter, clientReadings);
  const servers = meter && new WatchedSources(meter, serverReadings);
  return {
    client: (clientOptions = {}) => {
      checkKnownOptions("options of telemetry.client", clientOptions, knownOfClient);
      checkText("target", clientOptions.target);
      checkOneOf("system", clientOptions.system ?? "grpc", ["grpc", "connectrpc"]);
      return clientTelemetry({ tracer, meter, propagator }, clientOptions);
    },
    server: serverInterceptor({ tracer, meter, propagator, clock }),
    watch: (client, target = "other") => {
      checkShape("client", client, "a client", ["counters", "levels"]);
      checkText("target", target);
      return clients?.add(client, target) ?? (() => {});
    },
    watchServer: (watched, name = "server") => {
      checkServer(watched);
      checkText("name", name);
      const source = { counters: () => watched.load, levels: () => watched.load };
      return servers?.add(source, name) ?? (() => {});
    },
  };
}

/** The name under which backends find what is made here. */
const scope = "@thrice/otel";

function pick<T extends object>(
  field: string,
  value: T | false | undefined,
  fallback: () => T,
): T | undefined {
  if (value === undefined) return fallback();
  if (value === false) return undefined;
  if (typeof value === "object" && value !== null) return value;
  throw new TypeError(`${field} must be a ${field} or false, got ${show(value)}`);
}

function checkServer(server: WatchedServer): void {
  if (typeof server?.load?.running === "number") return;
  throw new TypeError(`server must be a server of newServer, got ${show(server)}`);
}

function checkText(field: string, value: string | undefined): void {
  if (value === undefined || (typeof value === "string" && value !== "")) return;
  throw new TypeError(`${field} must be text that is not empty, got ${show(value)}`);
}

const known: ReadonlySet<string> = new Set(["tracer", "meter", "propagator", "clock"]);

const knownOfClient: ReadonlySet<string> = new Set([
  "target",
  "system",
  "events",
  "attemptInterceptors",
]);
