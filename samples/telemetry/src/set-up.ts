import { createServer } from "node:http";
import { context, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { otel, type Telemetry } from "@thrice/otel";

export interface TelemetrySetUp {
  readonly telemetry: Telemetry;
  readonly tracer: Tracer;
  /** Where spans go in this sample; a program sends them to a collector. */
  readonly spans: InMemorySpanExporter;
  stop(): Promise<void>;
}

/** Sets up the SDK, as a program does once, and shows metrics at `http://127.0.0.1:<port>/metrics`. */
export async function setUpTelemetry(port: number): Promise<TelemetrySetUp> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const spans = new InMemorySpanExporter();
  const tracers = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  });
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meters = new MeterProvider({ readers: [exporter] });
  const page = createServer((request, response) =>
    exporter.getMetricsRequestHandler(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    page.once("error", reject);
    page.listen(port, "127.0.0.1", resolve);
  });
  const tracer = tracers.getTracer("sample");
  const meter = meters.getMeter("sample");
  return {
    telemetry: otel({ tracer, meter, propagator: new W3CTraceContextPropagator() }),
    tracer,
    spans,
    async stop() {
      page.close();
      page.closeAllConnections();
      await tracers.shutdown();
      await meters.shutdown();
    },
  };
}
