/** Spans of real calls: which there are, what belongs to what, and what they tell. */
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { Code, ConnectError } from "@thrice/client";
import { newKindsService } from "./gen/kinds/kinds_thrice.js";
import { Bench } from "./support/bench.js";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

const down = () => {
  throw new ConnectError("down", Code.Unavailable);
};

function childrenOf(spans: readonly ReadableSpan[], parent: ReadableSpan | undefined) {
  const { spanId } = parent?.spanContext() ?? {};
  return spans.filter((span) => span.parentSpanContext?.spanId === spanId);
}

/** Waits until so many spans have ended: the server's may end after the client's. */
async function spansOf(count: number): Promise<readonly ReadableSpan[]> {
  while (bench.spans().length < count) await new Promise((resolve) => setImmediate(resolve));
  return bench.spans();
}

test("a call with a retry is one trace: call, attempts beneath it, and beneath each the server's span", async () => {
  const url = [
    await bench.serve({ unary: down }),
    await bench.serve({ unary: ({ text }) => ({ text }) }),
  ];
  const { stub } = bench.client({ url, retries: 2 });
  await stub.unary({ text: "hi" });
  const spans = await spansOf(5);
  expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);

  const [call] = childrenOf(spans, undefined);
  expect(call).toMatchObject({
    name: "kinds.KindsService/Unary",
    kind: SpanKind.CLIENT,
    status: { code: SpanStatusCode.UNSET },
    attributes: {
      "rpc.system.name": "grpc",
      "rpc.method": "kinds.KindsService/Unary",
      "rpc.response.status_code": "OK",
      "thrice.call.attempts": 2,
      "server.port": Number(new URL(url[1] ?? "").port),
    },
  });
  const attempts = childrenOf(spans, call);
  expect(attempts).toMatchObject([
    {
      name: "attempt kinds.KindsService/Unary",
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        "thrice.attempt.number": 1,
        "thrice.attempt.kind": "first",
        "thrice.attempt.outcome": "answered",
        "rpc.response.status_code": "UNAVAILABLE",
        "error.type": "UNAVAILABLE",
        "server.address": "127.0.0.1",
        "server.port": Number(new URL(url[0] ?? "").port),
      },
    },
    {
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        "thrice.attempt.number": 2,
        "thrice.attempt.kind": "retry",
        "thrice.attempt.reason": "attempt 1 failed: answered, unavailable",
        "rpc.response.status_code": "OK",
      },
    },
  ]);
  expect(attempts.map((attempt) => childrenOf(spans, attempt))).toMatchObject([
    [
      {
        name: "kinds.KindsService/Unary",
        kind: SpanKind.SERVER,
        status: { code: SpanStatusCode.ERROR, message: "down" },
        attributes: { "rpc.response.status_code": "UNAVAILABLE", "error.type": "UNAVAILABLE" },
      },
    ],
    [{ kind: SpanKind.SERVER, attributes: { "rpc.response.status_code": "OK" } }],
  ]);
});

test("a call that a handler makes belongs to the trace of the call it serves", async () => {
  const inner = await bench.serve({ unary: ({ text }) => ({ text }) });
  const { stub } = bench.client({ url: inner });
  const outer = await bench.serve({
    unary: (note) => stub.unary(note),
    async *watch(note) {
      yield await stub.unary(note);
    },
  });
  const { stub: first } = bench.client({ url: outer });
  await first.unary({ text: "hi" });
  for await (const _ of first.watch({ text: "hi" })) {
    // Read to its end.
  }
  const spans = await spansOf(12);
  const roots = childrenOf(spans, undefined);
  expect(roots.map(({ name }) => name)).toEqual([
    "kinds.KindsService/Unary",
    "kinds.KindsService/Watch",
  ]);
});

test("a refused connection shows as the attempt's error", async () => {
  const { stub } = bench.client({ url: "tri://127.0.0.1:1", retries: 0 });
  await expect(stub.unary({ text: "hi" })).rejects.toThrow();
  expect(bench.spans()).toMatchObject([
    { attributes: { "error.type": "connect-failed", "rpc.response.status_code": "UNAVAILABLE" } },
    { attributes: { "error.type": "connect-failed" }, status: { code: SpanStatusCode.ERROR } },
  ]);
});

describe("a stream of answers", () => {
  test("ends its spans when it has been read", async () => {
    const url = await bench.serve({
      async *watch({ text }) {
        yield { text };
        yield { text };
      },
    });
    const { stub } = bench.client({ url });
    const open: number[] = [];
    for await (const _ of stub.watch({ text: "hi" })) {
      open.push(bench.spans().filter(({ kind }) => kind === SpanKind.CLIENT).length);
    }
    expect(open[0]).toBe(0);
    const spans = await spansOf(3);
    expect(spans.map(({ attributes }) => attributes["rpc.response.status_code"])).toEqual([
      "OK",
      "OK",
      "OK",
    ]);
  });

  test("that breaks after its first answer is an error of attempt, call and server", async () => {
    const url = await bench.serve({
      async *watch({ text }) {
        yield { text };
        throw new ConnectError("lost", Code.DataLoss);
      },
    });
    const { stub } = bench.client({ url });
    const read = async () => {
      for await (const _ of stub.watch({ text: "hi" })) {
        // Read until it breaks.
      }
    };
    await expect(read()).rejects.toThrow("lost");
    const spans = await spansOf(3);
    expect(spans.map(({ attributes }) => attributes["error.type"])).toEqual([
      "DATA_LOSS",
      "DATA_LOSS",
      "DATA_LOSS",
    ]);
  });

  test("that is left early counts as cancelled on both ends", async () => {
    const url = await bench.serve({
      async *watch({ text }, { signal }) {
        yield { text };
        await new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
      },
    });
    const { stub } = bench.client({ url });
    for await (const _ of stub.watch({ text: "hi" })) break;
    const spans = await spansOf(3);
    expect(spans.map(({ attributes }) => attributes["rpc.response.status_code"])).toEqual([
      "CANCELLED",
      "CANCELLED",
      "CANCELLED",
    ]);
  });

  test("that nobody reads ends with the client", async () => {
    const url = await bench.serve({
      async *watch({ text }) {
        for (;;) yield { text: text.repeat(100_000) };
      },
    });
    const { client } = bench.client({ url });
    const answers = newKindsService(client).watch({ text: "hi" })[Symbol.asyncIterator]();
    await answers.next();
    await client.close();
    const spans = await spansOf(3);
    expect(spans.filter(({ kind }) => kind === SpanKind.CLIENT)).toMatchObject([
      { status: { code: SpanStatusCode.ERROR } },
      { status: { code: SpanStatusCode.ERROR } },
    ]);
  });
});

test("a caller's fault is no error of the server", async () => {
  const url = await bench.serve({
    unary: () => {
      throw new ConnectError("no such note", Code.NotFound);
    },
  });
  const { stub } = bench.client({ url });
  await expect(stub.unary({ text: "hi" })).rejects.toThrow("no such note");
  const server = (await spansOf(3)).find(({ kind }) => kind === SpanKind.SERVER);
  expect(server).toMatchObject({
    status: { code: SpanStatusCode.UNSET },
    attributes: { "rpc.response.status_code": "NOT_FOUND" },
  });
  expect(server?.attributes).not.toHaveProperty(["error.type"]);
});

test("a Connect client is counted as such on both ends", async () => {
  const url = await bench.serve({ unary: ({ text }) => ({ text }) });
  const { stub } = bench.client({ url, protocol: "connect" }, { system: "connectrpc" });
  await stub.unary({ text: "hi" });
  const spans = await spansOf(3);
  expect(
    spans.map(({ attributes }) => [
      attributes["rpc.system.name"],
      attributes["rpc.response.status_code"],
    ]),
  ).toEqual([
    ["connectrpc", "ok"],
    ["connectrpc", "ok"],
    ["connectrpc", "ok"],
  ]);
});
