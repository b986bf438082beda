/** curl calls a server with the Connect protocol, as people do by hand. */
import { gzipSync } from "node:zlib";
import { closeAfterEach } from "../support/close-after-each.js";
import { curl } from "../support/curl.js";
import { serve } from "../support/served.js";
import { type Wire, wires } from "../support/wires.js";

const closing = closeAfterEach();

const rows = wires.flatMap((wire) => [
  { over: `HTTP/1.1 ${wire.name}`, wire, version: "1.1", args: ["--http1.1"] },
  { over: `HTTP/2 ${wire.name}`, wire, version: "2", args: [wire.args.curlHttp2] },
]);

const json = ["-H", "content-type: application/json"];
const post = [...json, "--data-binary", "@-"];

describe.each(rows)("curl over $over", ({ wire, version, args }) => {
  async function open(handler: Parameters<typeof serve>[1] = {}) {
    const served = closing(await serve(wire, handler));
    const call = (path: string, more: readonly string[], input: Uint8Array | string = "") =>
      curl([...wire.args.curl, ...args, ...more, `${served.baseUrl}${path}`], input);
    return { ...served, call };
  }

  test("posts JSON, and gets JSON, header and trailer", async () => {
    const { call } = await open();
    const more = [...post, "-H", "x-say: hello", "-w", "%{stderr}%{http_version}"];
    const answer = await call("/Unary", more, '{"text":"hi"}');
    expect(answer).toMatchObject({ exit: 0, statuses: [200], stderr: version });
    expect(answer.fields).toMatchObject({
      "content-type": "application/json",
      "x-said": "hello",
      "trailer-x-said-last": "hello",
    });
    expect(String(answer.body)).toBe('{"text":"hi"}');
  });

  test("posts and gets protobuf", async () => {
    const { call } = await open();
    const more = ["-H", "content-type: application/proto", "--data-binary", "@-"];
    const answer = await call("/Unary", more, Buffer.from("0a026869", "hex"));
    expect(answer).toMatchObject({ exit: 0, statuses: [200] });
    expect(answer.fields["content-type"]).toBe("application/proto");
    expect(answer.body.toString("hex")).toBe("0a026869");
  });

  test("gets a method without side effects", async () => {
    const { call } = await open();
    const message = encodeURIComponent('{"text":"ü"}');
    const answer = await call(`/Read?connect=v1&encoding=json&message=${message}`, []);
    expect(answer).toMatchObject({ exit: 0, statuses: [200] });
    expect(String(answer.body)).toBe('{"text":"ü"}');
  });

  test("gets code, message, details and metadata of an error", async () => {
    const { call } = await open();
    const answer = await call("/Unary", post, '{"text":"fail"}');
    expect(answer).toMatchObject({ exit: 0, statuses: [404] });
    expect(answer.fields["x-m"]).toBe("3");
    expect(JSON.parse(String(answer.body))).toEqual({
      code: "not_found",
      message: "no 100% ü",
      details: [{ type: "kinds.Note", value: "CgN3aHk", debug: { text: "why" } }],
    });
  });

  test.each([
    { what: "JSON that is none", input: '{"text":', status: 400, code: "invalid_argument" },
    {
      what: "a field that is not there",
      input: '{"text":7}',
      status: 400,
      code: "invalid_argument",
    },
  ])("is told of $what", async ({ input, status, code }) => {
    const { call, counts } = await open();
    const answer = await call("/Unary", post, input);
    expect(answer).toMatchObject({ exit: 0, statuses: [status] });
    expect(JSON.parse(String(answer.body))).toMatchObject({ code });
    expect(counts.unary).toBeUndefined();
  });

  test.each([
    { what: "another path", path: "/Nope", more: post, status: 404 },
    { what: "another HTTP method", path: "/Unary", more: ["-X", "PUT", ...post], status: 405 },
    { what: "GET of a method with side effects", path: "/Unary", more: [], status: 405 },
    {
      what: "another content type",
      path: "/Unary",
      more: ["-H", "content-type: text/plain", "--data-binary", "@-"],
      status: 415,
    },
  ])("is told that $what is not served", async ({ path, more, status }) => {
    const { call } = await open();
    const answer = await call(path, more, "{}");
    expect(answer).toMatchObject({ exit: 0, statuses: [status], stderr: "" });
  });

  test("is told which methods are allowed", async () => {
    const { call } = await open();
    expect((await call("/Unary", ["-X", "PUT", ...post])).fields.allow).toBe("POST");
    expect((await call("/Read", ["-X", "PUT", ...post])).fields.allow).toBe("GET, POST");
  });

  test.each([
    { path: "/Nope", status: 404 },
    { path: "/Read?connect=v1&encoding=json&message=%7B%7D", status: 405 },
  ])("gets no content for HEAD of $path", async ({ path, status }) => {
    const { call } = await open();
    const answer = await call(path, ["--head"]);
    expect(answer).toMatchObject({ exit: 0, statuses: [status], stderr: "" });
    expect(answer.fields["content-length"] ?? "0").not.toBe("");
  });

  test.each([
    { what: "with its length", more: ["-H", "Expect:"] },
    { what: "in chunks", more: ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"] },
    { what: "after 100 (Continue)", more: ["-H", "Expect: 100-continue"] },
  ])("exchanges 3 MiB $what", async ({ more }) => {
    const { call } = await open();
    const text = "x".repeat(3 * 1024 * 1024);
    const answer = await call("/Unary", [...post, ...more], JSON.stringify({ text }));
    expect(answer).toMatchObject({ exit: 0, stderr: "" });
    expect(answer.statuses.at(-1)).toBe(200);
    expect(String(answer.body) === JSON.stringify({ text })).toBe(true);
  });

  test("posts and gets gzip", async () => {
    const { call } = await open();
    const text = "hi".repeat(10_000);
    const more = [...post, "-H", "content-encoding: gzip", "--compressed"];
    const answer = await call("/Unary", more, gzipSync(JSON.stringify({ text })));
    expect(answer).toMatchObject({ exit: 0, statuses: [200] });
    expect(answer.fields["content-encoding"]).toMatch(/^(gzip|br)$/);
    expect(JSON.parse(String(answer.body))).toEqual({ text });
  });

  test("names a deadline, and is told that it has passed", async () => {
    const { call } = await open({ unary: untilGone().handle });
    const answer = await call("/Unary", [...post, "-H", "connect-timeout-ms: 30"], "{}");
    expect(answer).toMatchObject({ exit: 0, statuses: [504] });
    expect(JSON.parse(String(answer.body))).toMatchObject({ code: "deadline_exceeded" });
  });

  test("that gives up ends the handler's call", async () => {
    const { handle, gone } = untilGone();
    const { call } = await open({ unary: handle });
    const answer = await call("/Unary", [...post, "--max-time", "0.2"], "{}");
    expect(answer.exit).toBe(28);
    await gone;
  });

  test("reads a stream in Connect's framing", async () => {
    const { call } = await open();
    const more = ["-H", "content-type: application/connect+json", "--data-binary", "@-"];
    const answer = await call("/Watch", more, framed('{"text":"ab"}'));
    expect(answer).toMatchObject({ exit: 0, statuses: [200] });
    const messages = ['{"text":"a"}', '{"text":"b"}'].map((text) => framed(text));
    expect(String(answer.body)).toBe(String(Buffer.concat([...messages, framed("{}", 2)])));
  });
});

/** A handler that answers nothing until its caller is gone, and when that was. */
function untilGone() {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const handle = (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => {
        resolve();
        reject(signal.reason);
      });
    });
  return { handle, gone };
}

function framed(text: string, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

describe("a request above maxReceiveBytes", () => {
  // curl 7.88 drops an answer that a RST_STREAM with NO_ERROR follows; nghttp.test.ts has HTTP/2.
  test.each(wires)("is refused over HTTP/1.1 $name, while curl still sends", async (wire: Wire) => {
    const { baseUrl } = closing(await serve(wire));
    const body = JSON.stringify({ text: "x".repeat(6 * 1024 * 1024) });
    const answer = await curl([...wire.args.curl, "--http1.1", ...post, `${baseUrl}/Unary`], body);
    expect(answer.statuses.at(-1)).toBe(429);
    expect(JSON.parse(String(answer.body))).toMatchObject({ code: "resource_exhausted" });
  });
});

test("curl makes 20 calls on one connection over HTTP/1.1", async () => {
  // curl 7.88 cannot use a connection again that began with prior knowledge of HTTP/2, whoever serves.
  const { baseUrl, counts } = closing(await serve({ scheme: "http", server: {} }));
  const one = [...json, "-d", '{"text":"a"}', "-w", "%{stderr}%{num_connects}", `${baseUrl}/Unary`];
  const next = ["--next", "-sS", "--output", "-", ...one];
  const answer = await curl([...one, ...Array.from({ length: 19 }, () => next).flat()]);
  expect(answer).toMatchObject({ exit: 0, stderr: `1${"0".repeat(19)}` });
  expect(String(answer.body)).toBe('{"text":"a"}'.repeat(20));
  expect(counts.unary).toBe(20);
});

test("curl that asks for an upgrade to HTTP/2 is served over HTTP/1.1", async () => {
  const { baseUrl } = closing(await serve({ scheme: "http", server: {} }));
  const more = ["--http2", "-w", "%{stderr}%{http_version}"];
  const answer = await curl([...more, ...post, `${baseUrl}/Unary`], '{"text":"hi"}');
  expect(answer).toMatchObject({ exit: 0, statuses: [200], stderr: "1.1" });
});
