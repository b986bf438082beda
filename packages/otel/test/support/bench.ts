/** Opens servers, clients and an SDK that keeps what it is given, and closes all of them after a test. */
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { type Client, type ClientOptions, type LoadBalancer, newClient } from "@thrice/client";
import { memoryLogger } from "@thrice/core/testing";
import { newServer, type ServerOptions } from "@thrice/server";
import { type ClientTelemetryOptions, otel, type Telemetry } from "../../src/index.js";
import {
  type KindsServiceClient,
  type KindsServiceHandler,
  newKindsService,
  registerKindsServiceHandler,
} from "../gen/kinds/kinds_thrice.js";

/** What a metric point looks like in a test. */
export interface Point {
  readonly attributes: Record<string, unknown>;
  readonly value: unknown;
}

export interface TestClient {
  readonly client: Client;
  readonly stub: KindsServiceClient;
}

/** Takes the endpoints in order. */
const inOrder: LoadBalancer = {
  name: "in-order",
  createPicker: () => ({ pick: ([first]) => first }),
};

export class Bench {
  readonly telemetry: Telemetry;
  readonly meterProvider: MeterProvider;
  readonly #spans = new InMemorySpanExporter();
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #open: (() => PromiseLike<void>)[] = [];

  constructor() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const tracers = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: this.#spans })],
    });
    const exporter = this.#metrics;
    // Longer than any test: what is collected is collected when a test asks.
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    this.meterProvider = new MeterProvider({ readers: [reader] });
    this.telemetry = otel({
      tracer: tracers.getTracer("test"),
      meter: this.meterProvider.getMeter("test"),
      propagator: new W3CTraceContextPropagator(),
    });
    this.closeLater(async () => {
      await tracers.shutdown();
      await this.meterProvider.shutdown();
      context.disable();
    });
  }

  /** Starts a server on a free port; answers with its address. */
  async serve(script: Partial<KindsServiceHandler>, options: ServerOptions = {}): Promise<string> {
    const { url } = await this.serveWith(script, options);
    return url;
  }

  /** The same, and hands out the server. */
  async serveWith(script: Partial<KindsServiceHandler>, options: ServerOptions = {}) {
    const interceptors = [this.telemetry.server];
    const logger = memoryLogger();
    const server = newServer({ host: "127.0.0.1", port: 0, logger, interceptors, ...options });
    registerKindsServiceHandler(server, script as KindsServiceHandler);
    await server.serve();
    this.closeLater(() => server.stop());
    return { server, url: `tri://127.0.0.1:${server.port}` };
  }

  client(options: ClientOptions, about: ClientTelemetryOptions = {}): TestClient {
    const client = newClient({
      logger: memoryLogger(),
      loadBalance: inOrder,
      ...this.telemetry.client(about),
      ...options,
    });
    this.closeLater(() => client.close());
    return { client, stub: newKindsService(client) };
  }

  closeLater(close: () => Promise<void>): void {
    this.#open.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#open.splice(0).reverse()) await close();
  }

  /** Spans that have ended, in that order. */
  spans(): readonly ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  /** The points of a metric, as it stands now. */
  async points(name: string): Promise<readonly Point[]> {
    this.#metrics.reset();
    await this.meterProvider.forceFlush();
    const metrics = this.#metrics
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    const found = metrics.find(({ descriptor }) => descriptor.name === name);
    const points = (found?.dataPoints ?? []) as DataPoint<number | Histogram>[];
    return points.map(({ attributes, value }) => ({ attributes, value }));
  }
}
