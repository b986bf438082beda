/** Protocols off the fast path: Connect, gRPC-Web and Triple's own, over HTTP/2 and HTTP/1.1. */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import {
  Code,
  ConnectError,
  createClient,
  type HandlerContext,
  type Transport,
} from "@connectrpc/connect";
import {
  compressionBrotli,
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { KindsService, type Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { openRawClient } from "./support/raw-client.js";
import { echo, happening, type Kinds, note, notes, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

type Connect = (baseUrl: string, sessionManager: Http2SessionManager) => Transport;

const transports: readonly { name: string; http2: boolean; connect: Connect }[] = [
  {
    name: "Connect over HTTP/1.1",
    http2: false,
    connect: (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  },
  {
    name: "Connect over HTTP/2",
    http2: true,
    connect: (baseUrl, sessionManager) =>
      createConnectTransport({ baseUrl, httpVersion: "2", sessionManager, useBinaryFormat: true }),
  },
  {
    name: "Connect in JSON with brotli and GET over HTTP/2",
    http2: true,
    connect: (baseUrl, sessionManager) =>
      createConnectTransport({
        ...{ baseUrl, httpVersion: "2", sessionManager, useHttpGet: true, compressMinBytes: 0 },
        ...{ sendCompression: compressionBrotli, acceptCompression: [compressionBrotli] },
      }),
  },
  {
    name: "gRPC-Web over HTTP/1.1",
    http2: false,
    connect: (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  },
  {
    name: "gRPC-Web over HTTP/2",
    http2: true,
    connect: (baseUrl, sessionManager) =>
      createGrpcWebTransport({ baseUrl, httpVersion: "2", sessionManager }),
  },
  {
    name: "gRPC",
    http2: true,
    connect: (baseUrl, sessionManager) => createGrpcTransport({ baseUrl, sessionManager }),
  },
  {
    name: "gRPC in JSON",
    http2: true,
    connect: (baseUrl, sessionManager) =>
      createGrpcTransport({ baseUrl, sessionManager, useBinaryFormat: false }),
  },
  {
    name: "gRPC, compressed",
    http2: true,
    connect: (baseUrl, sessionManager) =>
      createGrpcTransport({
        ...{ baseUrl, sessionManager, sendCompression: compressionGzip, compressMinBytes: 0 },
        acceptCompression: [compressionGzip],
      }),
  },
];

async function textsOf(stream: AsyncIterable<Note>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of stream) texts.push(text);
  return texts;
}

describe.each(transports)("$name", ({ connect, http2 }) => {
  async function open(
    implementation: Kinds = { ...echo, read: echo.unary },
    compressMinBytes?: number,
  ) {
    const { port } = closing(await openServed(implementation, undefined, compressMinBytes));
    const baseUrl = `http://127.0.0.1:${port}`;
    const manager = new Http2SessionManager(baseUrl);
    closing({ close: async () => manager.abort() });
    return createClient(KindsService, connect(baseUrl, manager));
  }

  test.each([undefined, 0])("carries all kinds, compressed from %s bytes on", async (minBytes) => {
    const client = await open(undefined, minBytes);
    const text = "hi".repeat(2_000);
    expect(await client.unary({ text })).toMatchObject({ text });
    expect(await client.read({ text: "read" })).toMatchObject({ text: "read" });
    expect(await textsOf(client.watch({ text: "abc" }))).toEqual(["a", "b", "c"]);
    expect(await client.collect(notes("a", "b"))).toMatchObject({ text: "a+b" });
    const chat = textsOf(client.chat(notes("a", "b"))).catch(() => "refused");
    expect(await chat).toEqual(http2 ? ["re: a", "re: b"] : "refused");
  });

  test("carries metadata both ways", async () => {
    const client = await open({
      unary: async (_: Note, context: HandlerContext) => {
        context.responseHeader.set("h", context.requestHeader.get("sent") ?? "");
        context.responseTrailer.set("t", "2");
        return note("");
      },
    });
    const got: Record<string, string | null> = {};
    await client.unary(
      {},
      {
        headers: { sent: "1" },
        onHeader: (headers) => {
          got.h = headers.get("h");
        },
        onTrailer: (headers) => {
          got.t = headers.get("t");
        },
      },
    );
    expect(got).toEqual({ h: "1", t: "2" });
  });

  test("carries errors", async () => {
    const client = await open({
      unary: async () => {
        throw new ConnectError("no 100% ü", Code.NotFound, { m: "3" });
      },
    });
    const error = (await client.unary({}).catch((reason) => reason)) as ConnectError;
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: "no 100% ü" });
    expect(error.metadata.get("m")).toBe("3");
    await expect(client.put({})).rejects.toMatchObject({ code: Code.Unimplemented });
  });

  test("carries a cancel to the handler", async () => {
    const [begun, aborted] = [happening(), happening<unknown>()];
    const client = await open({
      unary: (_: Note, { signal }: HandlerContext) => {
        signal.addEventListener("abort", () => aborted.happens(signal.reason));
        begun.happens();
        return new Promise<never>(() => {});
      },
    });
    const abort = new AbortController();
    const call = client.unary({}, { signal: abort.signal }).catch((reason) => reason);
    await begun.happened;
    abort.abort();
    expect(await call).toMatchObject({ code: Code.Canceled });
    expect(await aborted.happened).toBeDefined();
  });

  test("has a deadline", async () => {
    const client = await open({
      unary: async (_: Note, { timeoutMs }: HandlerContext) => note(`${timeoutMs()}`),
    });
    const { text } = await client.unary({}, { timeoutMs: 60_000 });
    expect(Number(text)).toBeGreaterThan(50_000);
    expect(Number(text)).toBeLessThanOrEqual(60_000);
  });
});

describe("compression over Connect", () => {
  test.each([
    { minBytes: undefined, accepted: compressionGzip, encoding: null },
    { minBytes: undefined, accepted: compressionBrotli, encoding: null },
    { minBytes: 100, accepted: compressionGzip, encoding: "gzip" },
    { minBytes: 100, accepted: compressionBrotli, encoding: "br" },
    { minBytes: 1_000, accepted: compressionGzip, encoding: null },
  ])(
    "of requests in $accepted.name, and of answers from $minBytes bytes on, is $encoding",
    async ({ minBytes, accepted, encoding }) => {
      const { port } = closing(await openServed(echo, undefined, minBytes));
      const transport = createConnectTransport({
        ...{ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1", compressMinBytes: 0 },
        ...{ sendCompression: accepted, acceptCompression: [accepted] },
      });
      const text = "x".repeat(500);
      let found: string | null | undefined;
      const onHeader = (headers: Headers) => {
        found = headers.get("content-encoding");
      };
      const answer = await createClient(KindsService, transport).unary({ text }, { onHeader });
      expect(answer).toMatchObject({ text });
      expect(found).toBe(encoding);
    },
  );

  test.each([compressionGzip, compressionBrotli])(
    "in $name of a request that would become too large is refused before the handler",
    async (sendCompression) => {
      const unary = jest.fn(echo.unary);
      const { port } = closing(await openServed({ unary }, 10_000));
      const transport = createConnectTransport({
        ...{ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1" },
        ...{ compressMinBytes: 0, sendCompression },
      });
      const client = createClient(KindsService, transport);
      await expect(client.unary({ text: "x".repeat(1_000_000) })).rejects.toBeInstanceOf(
        ConnectError,
      );
      expect(unary).not.toHaveBeenCalled();
    },
  );
});

describe("Triple's own protocol", () => {
  async function post(fields: Record<string, string>, body: string) {
    const { port } = closing(
      await openServed({
        unary: async ({ text }: Note, { timeoutMs }: HandlerContext) =>
          note(timeoutMs() === undefined ? text : "in time"),
      }),
    );
    const client = closing(await openRawClient(port));
    const call = client.start("unary", { "content-type": "application/json", ...fields });
    call.send(Buffer.from(body), true);
    await call.ended;
    return { status: call.headers?.get(":status"), text: String(call.body()) };
  }

  test("answers JSON", async () => {
    expect(await post({ "triple-protocol-version": "0.1.0" }, '{"text":"hi"}')).toEqual({
      status: "200",
      text: '{"text":"hi"}',
    });
  });

  test("has a timeout", async () => {
    expect(await post({ "triple-timeout-ms": "60000" }, "{}")).toMatchObject({
      text: '{"text":"in time"}',
    });
  });

  test("of another version is refused", async () => {
    expect(await post({ "triple-protocol-version": "9" }, "{}")).toEqual({
      status: "400",
      text: expect.stringContaining("invalid_argument"),
    });
  });

  test("names a group that is not here", async () => {
    expect(await post({ "tri-service-group": "g" }, "{}")).toMatchObject({ status: "404" });
  });
});

test("HTTP/1.1 has Triple's headers too", async () => {
  const { port } = closing(await openServed());
  const headers = { "content-type": "application/json", "triple-protocol-version": "9" };
  const request = httpRequest({
    port,
    method: "POST",
    path: "/kinds.KindsService/Unary",
    agent: false,
    headers,
  });
  request.end("{}");
  const [answer] = await once(request, "response");
  answer.resume();
  expect(answer.statusCode).toBe(400);
  await once(answer, "close");
});
