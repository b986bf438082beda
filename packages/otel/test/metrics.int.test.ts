/** Metrics of real calls. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { Code, ConnectError } from "@thrice/client";
import { otel } from "../src/index.js";
import { Bench } from "./support/bench.js";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

/** Fails the first `times` calls. */
function failing(times: number) {
  let left = times;
  return ({ text }: { text: string }) => {
    if (left-- > 0) throw new ConnectError("down", Code.Unavailable);
    return { text };
  };
}

test("durations of calls are told apart by method, status and server", async () => {
  const url = await bench.serve({ unary: failing(1) });
  const { stub } = bench.client({ url, retries: 0 });
  await expect(stub.unary({ text: "hi" })).rejects.toThrow("down");
  await stub.unary({ text: "hi" });
  const about = { "rpc.system.name": "grpc", "rpc.method": "kinds.KindsService/Unary" };
  const where = { "server.address": "127.0.0.1", "server.port": Number(new URL(url).port) };
  const bad = { "rpc.response.status_code": "UNAVAILABLE", "error.type": "UNAVAILABLE" };
  const good = { "rpc.response.status_code": "OK" };
  expect(await bench.points("rpc.client.call.duration")).toMatchObject([
    { attributes: { ...about, ...bad, ...where }, value: { count: 1 } },
    { attributes: { ...about, ...good, ...where }, value: { count: 1 } },
  ]);
  expect(await bench.points("rpc.server.call.duration")).toMatchObject([
    { attributes: { ...about, ...bad }, value: { count: 1 } },
    { attributes: { ...about, ...good }, value: { count: 1 } },
  ]);
});

test("a broken stream counts as an error without traces too", async () => {
  const url = await bench.serve({
    async *watch({ text }) {
      yield { text };
      throw new ConnectError("lost", Code.DataLoss);
    },
  });
  const meter = bench.meterProvider.getMeter("metrics only");
  const { stub } = bench.client({ url, ...otel({ tracer: false, meter }).client() });
  const read = async () => {
    for await (const _ of stub.watch({ text: "hi" })) {
      // Read until it breaks.
    }
  };
  await expect(read()).rejects.toThrow("lost");
  const durations = await bench.points("rpc.client.call.duration");
  expect(durations).toMatchObject([
    { attributes: { "error.type": "DATA_LOSS" }, value: { count: 1 } },
  ]);
});

test("retries of a call are recorded once it has ended, with the time in which none was under way", async () => {
  const url = await bench.serve({ unary: failing(2) });
  const { stub } = bench.client({ url, retries: 2, random: () => 0.5 }, { target: "kinds" });
  await stub.unary({ text: "hi" });
  await stub.unary({ text: "hi" });
  const attributes = { "grpc.method": "kinds.KindsService/Unary", "grpc.target": "kinds" };
  expect(await bench.points("grpc.client.call.retries")).toMatchObject([
    { attributes, value: { count: 1, sum: 2 } },
  ]);
  expect(await bench.points("grpc.client.call.retry_delay")).toMatchObject([
    { attributes, value: { count: 1, sum: expect.any(Number) } },
  ]);
  expect(await bench.points("grpc.client.call.hedges")).toEqual([]);
  expect(await bench.points("grpc.client.call.transparent_retries")).toEqual([]);
});

test("counters and levels of watched clients are read when metrics are collected", async () => {
  const url = await bench.serve({ unary: failing(1) });
  const { client, stub } = bench.client({ url, retries: 2 });
  const other = bench.client({ url });
  const unwatch = bench.telemetry.watch(client, "kinds");
  bench.telemetry.watch(other.client, "kinds");
  await stub.unary({ text: "hi" });
  await other.stub.unary({ text: "hi" });
  const attributes = { "grpc.target": "kinds" };
  expect(await bench.points("thrice.client.attempts")).toEqual([
    { attributes: { ...attributes, "thrice.attempt.kind": "first" }, value: 2 },
    { attributes: { ...attributes, "thrice.attempt.kind": "retry" }, value: 1 },
    { attributes: { ...attributes, "thrice.attempt.kind": "transparent" }, value: 0 },
    { attributes: { ...attributes, "thrice.attempt.kind": "hedge" }, value: 0 },
    { attributes: { ...attributes, "thrice.attempt.kind": "planned" }, value: 0 },
  ]);
  expect(await bench.points("thrice.client.connections")).toEqual([{ attributes, value: 2 }]);
  expect(await bench.points("thrice.client.endpoints")).toEqual([{ attributes, value: 2 }]);
  expect(await bench.points("thrice.client.endpoints.ejected")).toEqual([{ attributes, value: 0 }]);
  const [tokens] = await bench.points("thrice.client.budget.tokens");
  expect(tokens?.value).toBeCloseTo(client.levels().budgetTokens ?? 0, -1);

  unwatch();
  expect(await bench.points("thrice.client.picks")).toEqual([{ attributes, value: 3 }]);
  expect(await bench.points("thrice.client.connections")).toEqual([{ attributes, value: 1 }]);
});

test("Prometheus reads them from a page", async () => {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  const telemetry = otel({ tracer: false, meter: provider.getMeter("page") });
  const page = createServer((request, response) =>
    exporter.getMetricsRequestHandler(request, response),
  );
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  bench.closeLater(async () => {
    await provider.shutdown();
    page.closeAllConnections();
    await new Promise((resolve) => page.close(resolve));
  });
  const url = await bench.serve({ unary: failing(1) }, { interceptors: [telemetry.server] });
  const { client, stub } = bench.client({
    url,
    retries: 2,
    ...telemetry.client({ target: "kinds" }),
  });
  telemetry.watch(client, "kinds");
  await stub.unary({ text: "hi" });

  const { port } = page.address() as AddressInfo;
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toMatch(/^rpc_client_call_duration_count\{.*rpc_response_status_code="OK".*\} 1$/m);
  expect(text).toMatch(/^rpc_server_call_duration_count\{.*error_type="UNAVAILABLE".*\} 1$/m);
  expect(text).toMatch(/^grpc_client_call_retries_sum\{.*grpc_target="kinds".*\} 1$/m);
  expect(text).toMatch(/^thrice_client_attempts_total\{.*thrice_attempt_kind="retry".*\} 1$/m);
  expect(text).toMatch(/^thrice_client_budget_tokens\{.*grpc_target="kinds".*\} [0-9.]+$/m);
});

test("what the limits of servers count is read when someone collects", async () => {
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const handler = {
    unary: async ({ text }: { text: string }) => {
      reached.resolve();
      await held.promise;
      return { text };
    },
  };
  const { server, url } = await bench.serveWith(handler, { maxConcurrency: 1, maxQueuedCalls: 1 });
  const unwatch = bench.telemetry.watchServer(server, "greeter");
  const { stub } = bench.client({ url, retries: 0 });
  const calls = [stub.unary({ text: "runs" })];
  await reached.promise;
  calls.push(stub.unary({ text: "waits" }));
  await expect(stub.unary({ text: "too much" })).rejects.toThrow("as many calls as it may");
  const about = { "thrice.server.name": "greeter" };
  const level = async (name: string) => bench.points(`thrice.server.${name}`);
  expect(await level("calls.running")).toEqual([{ attributes: about, value: 1 }]);
  expect(await level("calls.waiting")).toEqual([{ attributes: about, value: 1 }]);
  expect(await level("calls.limit")).toEqual([{ attributes: about, value: 1 }]);
  const refused = [
    { attributes: { ...about, "thrice.refusal.reason": "concurrency" }, value: 1 },
    { attributes: { ...about, "thrice.refusal.reason": "rate" }, value: 0 },
    { attributes: { ...about, "thrice.refusal.reason": "queue" }, value: 0 },
  ];
  expect(await level("calls.refused")).toEqual(refused);
  expect(await level("connections.refused")).toEqual([{ attributes: about, value: 0 }]);
  held.resolve();
  await Promise.all(calls);
  unwatch();
  expect(await level("calls.refused")).toEqual(refused);
  expect(await level("calls.running")).toEqual([{ attributes: about, value: 0 }]);
});
