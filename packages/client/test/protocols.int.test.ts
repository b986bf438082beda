/** What a client speaks changes nothing about how calls survive. */
import { Code, ConnectError } from "@connectrpc/connect";
import { attemptsOf, type ClientOptions } from "../src/index.js";
import { Bench } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

const wires: readonly { readonly wire: string; readonly options: Partial<ClientOptions> }[] = [
  { wire: "Connect", options: { protocol: "connect" } },
  {
    wire: "Connect in JSON over HTTP/1.1, with GET",
    options: { protocol: "connect", httpVersion: "1.1", useBinaryFormat: false, useHttpGet: true },
  },
  { wire: "gRPC-Web", options: { protocol: "grpc-web" } },
  { wire: "gRPC-Web over HTTP/1.1", options: { protocol: "grpc-web", httpVersion: "1.1" } },
  { wire: "gRPC in JSON", options: { useBinaryFormat: false } },
];

describe.each(wires)("a client that speaks $wire", ({ options }) => {
  test("gets answers of all kinds of methods", async () => {
    const { url } = await bench.serve();
    const { stub } = bench.client({ ...options, url });
    expect(await stub.unary({ text: "a" })).toMatchObject({ text: "a" });
    expect(await stub.read({ text: "b" })).toMatchObject({ text: "b" });
    const texts: string[] = [];
    for await (const { text } of stub.watch({ text: "ab" })) texts.push(text);
    expect(texts.join("")).toContain("a");
  });

  test("tries again elsewhere, and tells how it went", async () => {
    const failing = await bench.serve({
      unary: () => {
        throw new ConnectError("busy", Code.Unavailable);
      },
    });
    const good = await bench.serve();
    const { stub } = bench.client({ ...options, url: [failing.url, good.url], retries: 3 });
    for (let call = 0; call < 4; call++)
      expect(await stub.unary({ text: "x" })).toMatchObject({ text: "x" });
    const { stub: alone } = bench.client({ ...options, url: failing.url, retries: 1 });
    const error = await alone.unary({ text: "x" }).catch((reason) => reason);
    expect(error).toMatchObject({ code: Code.Unavailable });
    expect(attemptsOf(error)?.map(({ outcome }) => outcome)).toEqual(["answered", "answered"]);
  });

  test("goes elsewhere, whatever the method, where nobody listens", async () => {
    const gone = await bench.serve();
    await gone[Symbol.asyncDispose]();
    const good = await bench.serve();
    const { stub } = bench.client({ ...options, url: [gone.url, good.url] });
    for (let call = 0; call < 4; call++)
      expect(await stub.unary({ text: "x" })).toMatchObject({ text: "x" });
  });

  test("ends a call at its deadline, which the server is told", async () => {
    const { url, requests } = await bench.serve({
      unary: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    });
    const { stub, clock } = bench.client({ ...options, url });
    const failed = stub.unary({ text: "x" }, { timeoutMs: 2_000, retries: 0 });
    failed.catch(() => undefined);
    while (requests.length === 0) await new Promise(setImmediate);
    await clock.advance(2_000);
    await expect(failed).rejects.toMatchObject({ code: Code.DeadlineExceeded });
    const { header } = requests[0] ?? { header: new Headers() };
    const told = header.get("grpc-timeout") ?? `${header.get("connect-timeout-ms")}m`;
    expect(told).toBe("2000m");
  });
});

test.each([
  { what: "a short request", text: "short", method: "GET" },
  { what: "one that is too long for a URL", text: "long".repeat(5_000), method: "POST" },
])("Connect asks with $method for $what", async ({ text, method }) => {
  const methods: string[] = [];
  const { url } = await bench.serve({
    read: (note, { requestMethod }) => {
      methods.push(requestMethod);
      return note;
    },
  });
  const { stub } = bench.client({ protocol: "connect", useHttpGet: true, url });
  expect(await stub.read({ text })).toMatchObject({ text });
  expect(methods).toEqual([method]);
});
