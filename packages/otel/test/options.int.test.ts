/** Options, and what comes from the user beside them. */
import { attemptKey, type Interceptor } from "@thrice/client";
import { newServer } from "@thrice/server";
import { type OtelOptions, otel } from "../src/index.js";
import { Bench } from "./support/bench.js";

test.each([
  { options: { traces: true }, text: "options of otel: unknown option 'traces'" },
  { options: { tracer: true }, text: "tracer must be a tracer or false, got true" },
  { options: { meter: {} }, text: "meter" },
  { options: { propagator: null }, text: "propagator" },
  { options: { clock: 1 }, text: "clock" },
])("a wrong option is named: $text", ({ options, text }) => {
  expect(() => otel(options as unknown as OtelOptions)).toThrow(text);
});

test.each([
  { options: { name: "kinds" }, text: "name" },
  { options: { target: "" }, text: "target must be text that is not empty, got ''" },
  { options: { system: "dubbo" }, text: "system" },
  { options: { events: { onCallBegin: () => {} } }, text: "onCallBegin" },
  { options: { events: { onCallStart: 1 } }, text: "events.onCallStart" },
])("a wrong option of a client is named: $text", ({ options, text }) => {
  expect(() => otel().client(options as never)).toThrow(text);
});

test("only what has a load can be watched as a server", () => {
  expect(() => otel().watchServer({} as never)).toThrow("server must be a server of newServer");
  const server = newServer();
  expect(() => otel().watchServer(server, "")).toThrow("name must be text that is not empty");
  expect(otel({ meter: false }).watchServer(server)).toBeInstanceOf(Function);
});

test("only what has counters and levels can be watched", () => {
  expect(() => otel().watch({} as never)).toThrow("client");
});

describe("beside the user's own", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  test("listeners are called, also those that throw, and interceptors see the trace", async () => {
    const seen: unknown[] = [];
    const see: Interceptor = (next) => (request) => {
      seen.push(request.contextValues.get(attemptKey)?.number, request.header.get("traceparent"));
      return next(request);
    };
    const events = {
      onCallStart: () => {
        seen.push("start");
        throw new Error("mine");
      },
      onEject: () => {},
    };
    const url = await bench.serve({ unary: ({ text }) => ({ text }) });
    const { stub } = bench.client({ url }, { events, attemptInterceptors: [see] });
    await stub.unary({ text: "hi" });
    const [attempt] = bench.spans().filter(({ name }) => name.startsWith("attempt"));
    const { traceId, spanId } = attempt?.spanContext() ?? {};
    expect(seen).toEqual(["start", 1, `00-${traceId}-${spanId}-01`]);
  });

  test("without traces and metrics a call is as it is, and a trace that came in goes on", async () => {
    const headers: (string | null)[] = [];
    const url = await bench.serve(
      {
        unary: ({ text }, { requestHeader }) => {
          headers.push(requestHeader.get("traceparent"));
          return { text };
        },
      },
      { interceptors: [otel({ tracer: false, meter: false }).server] },
    );
    const { stub } = bench.client({ url, events: {}, attemptInterceptors: [] });
    await stub.unary({ text: "hi" });
    expect(headers).toEqual([null]);
    expect(bench.spans()).toEqual([]);
    expect(await bench.points("rpc.client.call.duration")).toEqual([]);
  });
});
