/**
 * What telemetry costs, in microseconds of CPU time per unary call: client and server in this process, 32 calls under way, one
 * setting after the other in each round, medians of the rounds.
 *
 * "the SDK by itself" makes the spans, records and carries the trace as a call has them, with attributes that are ready, and no
 * call around: what no framework can save.
 *
 * Usage: pnpm build, and then node --import tsx packages/otel/bench/cost.ts [calls=4000] [rounds=9] [only]
 */
import {
  context,
  type Meter,
  metrics,
  ROOT_CONTEXT,
  SpanKind,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import { type Interceptor, newClient } from "@thrice/client";
import { otel, type Telemetry } from "@thrice/otel";
import { newServer } from "@thrice/server";
import { headerGetter, headerSetter } from "../src/header-access.js";
import { newKindsService, registerKindsServiceHandler } from "../test/gen/kinds/kinds_thrice.js";

const [calls = 4_000, rounds = 9] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4] ?? "";
const lanes = 32;
const sdkName = "the SDK by itself";

interface Setting {
  readonly name: string;
  run(calls: number): Promise<void>;
  close(): Promise<void>;
}

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const dropping: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: async () => {},
};
const batch = { maxQueueSize: 100_000, maxExportBatchSize: 4_096, scheduledDelayMillis: 200 };
const tracers = new TracerProvider({
  spanProcessors: [new BatchSpanProcessor({ exporter: dropping, ...batch })],
});
const meters = new MeterProvider({
  readers: [new PrometheusExporter({ preventServerStart: true })],
});
const tracer = tracers.getTracer("bench");
const meter = meters.getMeter("bench");
const propagator = new W3CTraceContextPropagator();
const doingNothing: Interceptor = (next) => (request) => next(request);

const openers: Readonly<Record<string, (name: string) => Promise<Setting>>> = {
  off: (name) => open(name, undefined),
  "interceptors that do nothing": (name) => open(name, doingNothing),
  "an API without SDK": (name) =>
    open(name, telemetryOf(trace.getTracer("none"), metrics.getMeter("none"))),
  metrics: (name) => open(name, telemetryOf(false, meter)),
  traces: (name) => open(name, telemetryOf(tracer, false)),
  "traces and metrics": (name) => open(name, telemetryOf(tracer, meter)),
  [sdkName]: sdkAlone,
};
const settings = await Promise.all(
  Object.entries(openers)
    .filter(([name]) => name.includes(only))
    .map(([name, opener]) => opener(name)),
);

const costs = new Map(settings.map(({ name }) => [name, [] as number[]]));
for (const { run } of settings) await run(calls * 2);
for (let round = 0; round < rounds; round++) {
  for (const { name, run } of settings) {
    const before = process.cpuUsage();
    await run(calls);
    const { user, system } = process.cpuUsage(before);
    costs.get(name)?.push((user + system) / calls);
  }
}
const off = median(costs.get("off") ?? [0]);
for (const [name, all] of costs) {
  const cost = median(all);
  const more = name === sdkName ? "" : `  +${(cost - off).toFixed(1)}`;
  console.log(`${name.padEnd(30)} ${cost.toFixed(1).padStart(7)} µs${more}`);
}
for (const setting of settings) await setting.close();
await tracers.shutdown();
await meters.shutdown();

function telemetryOf(useTracer: Tracer | false, useMeter: Meter | false): Telemetry {
  return otel({ tracer: useTracer, meter: useMeter, propagator });
}

async function open(name: string, what: Telemetry | Interceptor | undefined): Promise<Setting> {
  const telemetry = typeof what === "function" ? undefined : what;
  const interceptors = typeof what === "function" ? [what] : [];
  const server = newServer({
    host: "127.0.0.1",
    port: 0,
    interceptors: telemetry === undefined ? interceptors : [telemetry.server],
  });
  registerKindsServiceHandler(server, {
    unary: ({ text }: { text: string }) => ({ text }),
  } as never);
  await server.serve();
  const client = newClient({
    url: `tri://127.0.0.1:${server.port}`,
    ...(telemetry === undefined ? { attemptInterceptors: interceptors } : telemetry.client()),
  });
  const stub = newKindsService(client);
  return {
    name,
    run: (count) => inLanes(count, () => stub.unary({ text: "hello" })),
    close: async () => {
      await client.close();
      await server.stop();
    },
  };
}

/** What the SDK is asked to do for a call with one attempt. */
async function sdkAlone(): Promise<Setting> {
  const duration = meter.createHistogram("bench.duration");
  const about = { "rpc.system.name": "grpc", "rpc.method": "kinds.KindsService/Unary" };
  const place = { "server.address": "127.0.0.1", "server.port": 50051 };
  const attempt = {
    ...about,
    ...place,
    "thrice.attempt.number": 1,
    "thrice.attempt.kind": "first",
    "thrice.attempt.reason": "first",
    "thrice.attempt.delay_ms": 0,
  };
  const ended = { "rpc.response.status_code": "OK" };
  const client = { kind: SpanKind.CLIENT };
  const once = async () => {
    const call = tracer.startSpan("call", { ...client, attributes: about }, ROOT_CONTEXT);
    const ofCall = trace.setSpan(ROOT_CONTEXT, call);
    const inner = tracer.startSpan("attempt", { ...client, attributes: attempt }, ofCall);
    const header = new Headers();
    propagator.inject(trace.setSpan(ofCall, inner), header, headerSetter);
    const parent = propagator.extract(ROOT_CONTEXT, header, headerGetter);
    const served = tracer.startSpan("call", { kind: SpanKind.SERVER, attributes: about }, parent);
    const active = trace.setSpan(parent, served);
    await context.with(active, async () => undefined);
    duration.record(0.001, { ...about, ...ended }, active);
    served.setAttributes(ended);
    served.end();
    inner.setAttributes({ ...ended, "thrice.attempt.outcome": "answered" });
    inner.end();
    duration.record(0.001, { ...about, ...place, ...ended }, ofCall);
    call.setAttributes({ ...place, ...ended, "thrice.call.attempts": 1 });
    call.end();
  };
  return { name: sdkName, run: (count) => inLanes(count, once), close: async () => {} };
}

async function inLanes(count: number, call: () => Promise<unknown>): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] ?? 0;
}
