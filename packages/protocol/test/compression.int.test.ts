/** Requests that a channel compresses, as peers of three makes see them, and peers that cannot read them. */
import { randomBytes } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import type { Note } from "./gen/kinds/kinds_pb.js";
import { withHead } from "./server/support/raw-client.js";
import { openServed } from "./server/support/served.js";
import { channelTo, endOf, many, note, notes, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { openConnectPeer } from "./support/connect-peer.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { dataFrame, headersFrame } from "./support/frames.js";
import { openGrpcJsPeer } from "./support/grpc-js-peer.js";
import { goodHeader, openScriptedPeer, type PeerConnection } from "./support/scripted-peer.js";

const closing = closeAfterEach();
expectNothingUncaught();

const long = "x".repeat(2_000);

/** Answers with how the request was encoded, and how long its text was. */
const tell = {
  unary: ({ text }: Note, { requestHeader }: HandlerContext) =>
    note(`${requestHeader.get("grpc-encoding")} ${text.length}`),
  async collect(requests: AsyncIterable<Note>, { requestHeader }: HandlerContext) {
    const lengths: number[] = [];
    for await (const { text } of requests) lengths.push(text.length);
    return note(`${requestHeader.get("grpc-encoding")} ${lengths}`);
  },
};

const peers = [
  { peer: "a Thrice server", open: () => openServed(tell) },
  {
    peer: "connect-node",
    open: () => openConnectPeer(tell, { acceptCompression: [compressionGzip, compressionBrotli] }),
  },
];

describe.each(peers)("requests to $peer", ({ open }) => {
  async function answerTo(request: Parameters<ReturnType<typeof channelTo>["start"]>[0]) {
    const { port } = closing(await open());
    return endOf(closing(channelTo(port)).start(request));
  }

  test.each([
    { text: long, compressMinBytes: undefined, expected: "null 2000" },
    { text: long, compressMinBytes: 1_024, expected: "gzip 2000" },
    { text: "short", compressMinBytes: 1_024, expected: "null 5" },
    { text: "", compressMinBytes: 0, expected: "gzip 0" },
  ])("are compressed from $compressMinBytes bytes on", async ({ text, expected, ...more }) => {
    expect(await answerTo(one("unary", text, more))).toEqual({ text: expected });
  });

  test("are compressed with brotli if that is asked for, in streams too", async () => {
    const brotli = { compressMinBytes: 0, encoding: "br" } as const;
    expect(await answerTo(one("unary", long, brotli))).toEqual({ text: "br 2000" });
    expect(await answerTo(many("collect", notes(long, ""), brotli))).toEqual({ text: "br 2000,0" });
  });

  test("are compressed message by message in streams", async () => {
    const request = many("collect", notes(long, "short", long), { compressMinBytes: 1_024 });
    expect(await answerTo(request)).toEqual({ text: "gzip 2000,5,2000" });
  });

  test("of which nothing is left by compression arrive whole", async () => {
    const text = randomBytes(300_000).toString("latin1");
    const request = one("unary", text, { compressMinBytes: 0 });
    expect(await answerTo(request)).toEqual({ text: `gzip ${text.length}` });
  });
});

test("requests to grpc-js are compressed as it reads them", async () => {
  const unary = (call: ServerUnaryCall<Note, Note>, answer: sendUnaryData<Note>) =>
    answer(null, note(String(call.request.text.length)));
  const { port } = closing(await openGrpcJsPeer({ unary }));
  const request = one("unary", long, { compressMinBytes: 0 });
  expect(await endOf(closing(channelTo(port)).start(request))).toEqual({ text: "2000" });
});

describe("a peer that does not read gzip", () => {
  const refused = "the request was compressed with gzip, and 127.0.0.1";

  test.each([
    { what: "a unary request", request: () => one("unary", long, { compressMinBytes: 0 }) },
    { what: "a stream", request: () => many("collect", notes(long), { compressMinBytes: 0 }) },
  ])("is named in the error of $what, with what it reads", async ({ request }) => {
    const header = {
      ...goodHeader,
      ...{ "grpc-status": "12", "grpc-message": "no such encoding" },
      "grpc-accept-encoding": "identity,br",
    };
    const onRequest = (connection: PeerConnection, id: number) =>
      connection.answerHeader(id, header);
    const { port } = closing(await openScriptedPeer({ onRequest }));
    expect(await endOf(closing(channelTo(port)).start(request()))).toMatchObject({
      outcome: "answered",
      code: "Unimplemented",
      message: expect.stringMatching(
        new RegExp(`^${refused}:${port} reads identity,br: no such encoding$`),
      ),
    });
  });

  test("is not blamed where the method is not implemented", async () => {
    const { port } = closing(await openServed({}));
    const end = await endOf(
      closing(channelTo(port)).start(one("unary", long, { compressMinBytes: 0 })),
    );
    expect(end).toMatchObject({
      code: "Unimplemented",
      message: expect.not.stringContaining(refused),
    });
  });
});

describe("answers that are compressed", () => {
  const receive = async (method: "unary" | "watch", encoding: string, payload: Buffer) => {
    const onRequest = (connection: PeerConnection, id: number) =>
      connection.write(
        headersFrame(id, { ...goodHeader, "grpc-encoding": encoding }),
        dataFrame(id, withHead(payload, 1)),
        headersFrame(id, { "grpc-status": "0" }, { last: true }),
      );
    const { port } = closing(await openScriptedPeer({ onRequest }));
    const channel = closing(channelTo(port, { maxReceiveBytes: 10_000 }));
    const end = await endOf(channel.start(one(method)));
    return "texts" in end && end.texts.length > 0 ? { text: end.texts.join() } : end;
  };

  test.each([
    { encoding: "gzip", method: "unary" },
    { encoding: "gzip", method: "watch" },
    { encoding: "br", method: "unary" },
    { encoding: "br", method: "watch" },
  ] as const)("with $encoding are read: $method", async ({ encoding, method }) => {
    const compress = { gzip: gzipSync, br: brotliCompressSync }[encoding];
    const hello = compress(Buffer.from([0x0a, 2, 0x68, 0x69]));
    expect(await receive(method, encoding, hello)).toEqual({ text: "hi" });
  });

  test.each(["unary", "watch"] as const)(
    "and would become too large fail the attempt: %s",
    async (method) => {
      const bomb = gzipSync(Buffer.alloc(1_000_000));
      const text = "message is larger than maxReceiveBytes 10000 after decompression";
      expect(await receive(method, "gzip", bomb)).toMatchObject({
        ...{ code: "ResourceExhausted", message: text },
      });
    },
  );

  test.each([
    { encoding: "snappy", says: 'unsupported response encoding "snappy"' },
    { encoding: "br", says: "a message cannot be decompressed with br" },
    { encoding: "identity", says: "a message says it is compressed, but not how" },
    { encoding: "gzip", says: "a message cannot be decompressed with gzip" },
  ])("as $encoding cannot be fail the attempt", async ({ encoding, says }) => {
    const noGzip = Buffer.from("no gzip");
    for (const method of ["unary", "watch"] as const)
      expect(await receive(method, encoding, noGzip)).toMatchObject({
        ...{ code: "Internal", message: says },
      });
  });
});

test("an attempt that is cancelled while its request is compressed sends nothing", async () => {
  const { port, counts } = closing(await openConnectPeer(tell));
  const attempt = closing(channelTo(port)).start(one("unary", long, { compressMinBytes: 0 }));
  attempt.cancel(new ConnectError("enough", Code.Canceled));
  expect(await endOf(attempt)).toMatchObject({ outcome: "cancelled" });
  const next = closing(channelTo(port)).start(one("unary"));
  expect(await endOf(next)).toEqual({ text: "null 5" });
  expect(counts.connections).toBe(1);
});
