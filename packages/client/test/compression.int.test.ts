/** Which side compresses what it sends: nobody, unless an option says so; the nearest level wins. */
import type { Interceptor } from "@connectrpc/connect";
import type { MethodOptions } from "@thrice/client";
import type { ServerOptions } from "@thrice/server";
import { Bench } from "./support/bench.js";
import { type Levels, openAt } from "./support/levels.js";

const bench = new Bench();
afterEach(() => bench.close());

const long = "x".repeat(2_000);
const gzip: MethodOptions = { compression: "gzip" };
const pass: Interceptor = (next) => next;
const none: MethodOptions = { compression: "none" };

describe("requests", () => {
  test.each<{ title: string; levels: Levels; length?: number; encoding: string | null }>([
    { title: "unset", levels: {}, encoding: null },
    { title: "by the client", levels: { client: gzip }, encoding: "gzip" },
    {
      title: "by the client, with brotli",
      levels: { client: { compression: "br" } },
      encoding: "br",
    },
    { title: "by the service", levels: { service: gzip }, encoding: "gzip" },
    { title: "by the method", levels: { method: gzip }, encoding: "gzip" },
    { title: "by the call", levels: { call: gzip }, encoding: "gzip" },
    {
      title: "by the client, not by the call",
      levels: { client: gzip, call: none },
      encoding: null,
    },
    { title: "when short", levels: { client: gzip }, length: 1_000, encoding: null },
    {
      title: "when short, with a smaller bound at another level",
      levels: { client: gzip, call: { compressMinBytes: 500 } },
      length: 1_000,
      encoding: "gzip",
    },
    { title: "with a bound alone", levels: { client: { compressMinBytes: 0 } }, encoding: null },
  ])("are compressed $title: $encoding", async ({ levels, length = 2_000, encoding }) => {
    const server = await bench.serve();
    await openAt(bench, server, levels).call(long.slice(0, length));
    expect(server.requests[0]?.header.get("grpc-encoding")).toBe(encoding);
  });
});

test("requests are compressed as they were to be behind an interceptor of attempts", async () => {
  const server = await bench.serve();
  const options = { compression: "br", attemptInterceptors: [pass] } as const;
  const { stub } = bench.client({ url: server.url, ...options });
  await stub.unary({ text: long });
  expect(server.requests[0]?.header.get("grpc-encoding")).toBe("br");
});

describe("answers", () => {
  test.each<{ options: ServerOptions; encoding: string | null }>([
    { options: {}, encoding: null },
    { options: { compression: "none" }, encoding: null },
    { options: { compression: "gzip" }, encoding: "gzip" },
    { options: { compression: "br" }, encoding: "br" },
    { options: { compression: "gzip", compressMinBytes: 3_000 }, encoding: null },
  ])("of a server with $options are compressed: $encoding", async ({ options, encoding }) => {
    const { url } = await bench.serve(undefined, options);
    const { stub } = bench.client({ url });
    let found: string | null | undefined;
    const onHeader = (header: Headers) => {
      found = header.get("grpc-encoding");
    };
    expect(await stub.unary({ text: long }, { onHeader })).toMatchObject({ text: long });
    expect(found).toBe(encoding);
  });
});
