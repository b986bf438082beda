/** A server called by clients that others have written. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { Code, createClient, type Transport } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { type ServiceError, status } from "@grpc/grpc-js";
import { KindsService, type Note } from "./gen/kinds/kinds_pb.js";
import { note, notes } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { grpcJsClient, noteMethod } from "./support/grpc-js-peer.js";
import { openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function grpcJs() {
  const { port } = closing(await openServed());
  const client = closing(grpcJsClient(port));
  const parts = (name: string) => {
    const { path, requestSerialize, responseDeserialize } = noteMethod(name);
    return [path, requestSerialize, responseDeserialize] as const;
  };
  return { client, parts };
}

async function textsOf(stream: AsyncIterable<Note>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of stream) texts.push(text);
  return texts;
}

describe("a grpc-js client", () => {
  function unary(client: ReturnType<typeof grpcJsClient>, path: string, text: string) {
    const { requestSerialize, responseDeserialize } = noteMethod("unary");
    const answer = Promise.withResolvers<Note | undefined>();
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      note(text),
      (error, value) => (error ? answer.reject(error) : answer.resolve(value)),
    );
    return answer.promise;
  }

  test("calls a unary method", async () => {
    const { client, parts } = await grpcJs();
    expect(await unary(client, parts("unary")[0], "hi")).toMatchObject({ text: "hi" });
  });

  test("reads a stream", async () => {
    const { client, parts } = await grpcJs();
    const call = client.makeServerStreamRequest(...parts("watch"), note("abc"));
    expect(await textsOf(call)).toEqual(["a", "b", "c"]);
  });

  test("sends a stream", async () => {
    const { client, parts } = await grpcJs();
    const answer = Promise.withResolvers<Note | undefined>();
    const call = client.makeClientStreamRequest(...parts("collect"), (error, value) =>
      error ? answer.reject(error) : answer.resolve(value),
    );
    for (const text of ["a", "b"]) call.write(note(text));
    call.end();
    expect(await answer.promise).toMatchObject({ text: "a+b" });
  });

  test("talks back and forth", async () => {
    const { client, parts } = await grpcJs();
    const call = client.makeBidiStreamRequest(...parts("chat"));
    const texts: string[] = [];
    for (const turn of ["1", "2", "3"]) {
      call.write(note(turn));
      const [answer] = (await once(call, "data")) as [Note];
      texts.push(answer.text);
    }
    call.end();
    await once(call, "end");
    expect(texts).toEqual(["re: 1", "re: 2", "re: 3"]);
  });

  test.each(["/kinds.KindsService/Nope", "/no.Service/Unary", "/"])(
    "is told that %s is unimplemented",
    async (path) => {
      const { client } = await grpcJs();
      const reason = await unary(client, path, "").catch((error: ServiceError) => error);
      expect(reason).toMatchObject({
        code: status.UNIMPLEMENTED,
        details: expect.stringContaining(path),
      });
    },
  );

  test("is told that a method without a handler is unimplemented", async () => {
    const { client, parts } = await grpcJs();
    await expect(unary(client, parts("put")[0], "")).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
      details: expect.stringContaining("Put"),
    });
  });

  test("is told that a request above maxReceiveBytes exhausts resources", async () => {
    const { client, parts } = await grpcJs();
    const text = "x".repeat(2 * 1024 * 1024);
    await expect(unary(client, parts("unary")[0], text)).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    expect(await unary(client, parts("unary")[0], "hi")).toMatchObject({ text: "hi" });
  });
});

const hardToCompress = Array.from({ length: 30_000 }, (_, index) =>
  createHash("sha512").update(`${index}`).digest("base64"),
).join("");

interface TransportRow {
  readonly name: string;
  readonly connect: (baseUrl: string, sessionManager: Http2SessionManager) => Transport;
  readonly bidi: boolean;
}

const transports: readonly TransportRow[] = [
  {
    name: "Connect over HTTP/1.1",
    connect: (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" }),
    bidi: false,
  },
  {
    name: "Connect over HTTP/2",
    connect: (baseUrl, sessionManager) =>
      createConnectTransport({ baseUrl, httpVersion: "2", sessionManager }),
    bidi: true,
  },
  {
    name: "gRPC-Web over HTTP/1.1",
    connect: (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
    bidi: false,
  },
  {
    name: "gRPC-Web over HTTP/2",
    connect: (baseUrl, sessionManager) =>
      createGrpcWebTransport({ baseUrl, httpVersion: "2", sessionManager }),
    bidi: true,
  },
  {
    name: "compressed gRPC",
    connect: (baseUrl, sessionManager) =>
      createGrpcTransport({ baseUrl, sessionManager, sendCompression: compressionGzip }),
    bidi: true,
  },
];

describe.each(transports)("a client of $name", ({ connect, bidi }) => {
  async function openClient() {
    const { port } = closing(await openServed());
    const baseUrl = `http://127.0.0.1:${port}`;
    const manager = new Http2SessionManager(baseUrl);
    closing({ close: async () => manager.abort() });
    return createClient(KindsService, connect(baseUrl, manager));
  }

  test("calls a unary method", async () => {
    const text = "hi".repeat(1000);
    expect(await (await openClient()).unary({ text })).toMatchObject({ text });
  });

  test("reads a stream", async () => {
    const client = await openClient();
    expect(await textsOf(client.watch({ text: "abc" }))).toEqual(["a", "b", "c"]);
  });

  test("sends a stream", async () => {
    const client = await openClient();
    expect(await client.collect(notes("a", "b"))).toMatchObject({ text: "a+b" });
  });

  test(`talks back and forth, over HTTP/2 only: ${bidi}`, async () => {
    const client = await openClient();
    const answers = textsOf(client.chat(notes("a", "b"))).catch(() => "refused");
    expect(await answers).toEqual(bidi ? ["re: a", "re: b"] : "refused");
  });

  test("is told that a method without a handler is unimplemented", async () => {
    const client = await openClient();
    await expect(client.put({})).rejects.toMatchObject({ code: Code.Unimplemented });
  });

  test("is told that a request above maxReceiveBytes exhausts resources", async () => {
    const client = await openClient();
    await expect(client.unary({ text: hardToCompress })).rejects.toMatchObject({
      code: Code.ResourceExhausted,
    });
    expect(await client.unary({ text: "hi" })).toMatchObject({ text: "hi" });
  });
});

describe("a plain HTTP/1.1 client", () => {
  /** Sends one request on a connection of its own. */
  async function exchange(method: string, path: string, header: Record<string, string>, body = "") {
    const { port } = closing(await openServed());
    const request = httpRequest({ host: "127.0.0.1", port, method, path, agent: false });
    for (const [name, value] of Object.entries(header)) request.setHeader(name, value);
    request.end(body);
    const [answer] = await once(request, "response");
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return { status: answer.statusCode, text: Buffer.concat(chunks).toString() };
  }

  test("posts JSON", async () => {
    const json = { "content-type": "application/json" };
    expect(await exchange("POST", "/kinds.KindsService/Unary", json, '{"text":"hi"}')).toEqual({
      status: 200,
      text: '{"text":"hi"}',
    });
  });

  test("posts to a path with a query", async () => {
    const json = { "content-type": "application/json" };
    expect(await exchange("POST", "/kinds.KindsService/Unary?a=b", json, "{}")).toEqual({
      status: 200,
      text: "{}",
    });
  });

  test.each([
    { method: "GET", path: "/", status: 404 },
    { method: "POST", path: "/kinds.KindsService/Nope", status: 404 },
    { method: "PUT", path: "/", status: 404 },
    { method: "GET", path: "/kinds.KindsService/Unary", status: 405 },
    { method: "POST", path: "/kinds.KindsService/Unary", status: 415 },
  ])("gets $status for $method $path", async ({ method, path, status }) => {
    expect(await exchange(method, path, { "content-type": "text/plain" })).toMatchObject({
      status,
    });
  });

  test("gets 400 for JSON that is none", async () => {
    const json = { "content-type": "application/json" };
    const answer = await exchange("POST", "/kinds.KindsService/Unary", json, "{");
    expect(answer).toMatchObject({
      status: 400,
      text: expect.stringContaining("invalid_argument"),
    });
  });
});
