/** gRPC-Web in base64, as callers send it that cannot read bytes. */
import { request } from "node:http";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { envelope, openRawClient } from "./support/raw-client.js";
import { type Kinds, note, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

const textType = "application/grpc-web-text";

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

type Post = (
  port: number,
  method: string,
  type: string,
  pieces: readonly string[],
) => Promise<Answer>;

const postHttp1: Post = (port, method, type, pieces) => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const path = `/kinds.KindsService/${method}`;
  const options = { host: "127.0.0.1", port, path, method: "POST", agent: false as const };
  const sent = request({ ...options, headers: { "content-type": type } }, async (response) => {
    let body = "";
    for await (const chunk of response.setEncoding("latin1")) body += chunk;
    resolve({
      status: response.statusCode ?? 0,
      type: response.headers["content-type"] ?? "",
      body,
    });
  });
  sent.on("error", reject);
  for (const piece of pieces) sent.write(piece);
  sent.end();
  return promise;
};

const postHttp2: Post = async (port, method, type, pieces) => {
  const client = closing(await openRawClient(port));
  const call = client.start(method, { "content-type": type });
  for (const piece of pieces) call.send(Buffer.from(piece));
  call.send(Buffer.alloc(0), true);
  await call.ended;
  const status = Number(call.headers?.get(":status"));
  return { status, type: call.headers?.get("content-type") ?? "", body: String(call.body()) };
};

/** Texts of messages and the trailers, from base64 with padding anywhere. */
function read(body: string) {
  const parts = body.match(/[^=]+=*/g) ?? [];
  let bytes = Buffer.concat(parts.map((part) => Buffer.from(part, "base64")));
  const texts: string[] = [];
  let trailers = "";
  while (bytes.length > 0) {
    const end = 5 + bytes.readUInt32BE(1);
    const payload = bytes.subarray(5, end);
    if (bytes[0] === 0x80) trailers = decodeURIComponent(payload.toString());
    else texts.push(payload.subarray(2).toString());
    bytes = bytes.subarray(end);
  }
  return { texts, trailers };
}

const implementation: Kinds = {
  unary: ({ text }: Note) => note(text),
  read: () => {
    throw new ConnectError("none", Code.NotFound);
  },
  async *watch({ text }: Note) {
    for (const letter of text) yield note(letter);
  },
};

describe.each([
  { version: "1.1", post: postHttp1 },
  { version: "2", post: postHttp2 },
])("gRPC-Web in base64 over HTTP/$version", ({ post }) => {
  async function call(method: string, pieces: readonly string[], type = textType) {
    const { port } = closing(await openServed(implementation));
    return post(port, method, type, pieces);
  }
  const asked = envelope("abc").toString("base64");

  test.each([
    { sent: textType, answered: `${textType}+proto` },
    { sent: `${textType}+proto`, answered: `${textType}+proto` },
  ])("answers $sent", async ({ sent, answered }) => {
    const { status, type, body } = await call("Unary", [asked], sent);
    expect([status, type]).toEqual([200, answered]);
    expect(read(body)).toMatchObject({
      texts: ["abc"],
      trailers: expect.stringContaining("grpc-status: 0"),
    });
  });

  test("answers a stream", async () => {
    const { body } = await call("Watch", [asked]);
    expect(read(body).texts).toEqual(["a", "b", "c"]);
  });

  test("reads a request that is cut, and padded, anywhere", async () => {
    const bytes = envelope("abc");
    const padded = bytes.subarray(0, 4).toString("base64") + bytes.subarray(4).toString("base64");
    const { body } = await call("Unary", [...padded]);
    expect(read(body).texts).toEqual(["abc"]);
  });

  test("answers with an error", async () => {
    const { body } = await call("Read", [asked]);
    expect(read(body)).toMatchObject({
      texts: [],
      trailers: expect.stringContaining("grpc-status: 5"),
    });
  });

  test.each([["no base64 !"], ["abc"], [`${asked}=`]])("refuses the request %j", async (text) => {
    const { body } = await call("Unary", [text]);
    expect(read(body)).toEqual({
      texts: [],
      trailers: "grpc-message: the request is not base64\r\ngrpc-status: 3\r\n",
    });
  });
});
