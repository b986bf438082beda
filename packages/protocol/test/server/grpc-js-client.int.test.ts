/** The server called by grpc-js: all kinds of calls, metadata, compression and limits. */
import { once } from "node:events";
import type { HandlerContext } from "@connectrpc/connect";
import { Client, compressionAlgorithms, credentials, Metadata, status } from "@grpc/grpc-js";
import type { Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { grpcJsClient } from "../support/grpc-js-peer.js";
import { parts, textsOf, unary } from "./support/grpc-js-call.js";
import { echo, type Kinds, note, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function open(implementation?: Kinds, compressMinBytes?: number) {
  const served = closing(await openServed(implementation, undefined, compressMinBytes));
  const client = closing(grpcJsClient(served.port));
  return { ...served, client };
}

describe("the four kinds", () => {
  test("unary", async () => {
    const { client } = await open();
    expect(await unary(client, "hi").ended).toMatchObject({ text: "hi" });
  });

  test("server streaming", async () => {
    const { client } = await open();
    expect(await textsOf(client.makeServerStreamRequest(...parts("watch"), note("abc")))).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  test("server streaming of nothing", async () => {
    const { client } = await open();
    expect(await textsOf(client.makeServerStreamRequest(...parts("watch"), note("")))).toEqual([]);
  });

  test("client streaming", async () => {
    const { client } = await open();
    const answer = Promise.withResolvers<Note | undefined>();
    const call = client.makeClientStreamRequest(...parts("collect"), (error, value) =>
      error ? answer.reject(error) : answer.resolve(value),
    );
    for (const text of ["a", "b"]) call.write(note(text));
    call.end();
    expect(await answer.promise).toMatchObject({ text: "a+b" });
  });

  test("bidi, back and forth", async () => {
    const { client } = await open();
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

  test("100 unary calls at once", async () => {
    const { client } = await open();
    const wanted = Array.from({ length: 100 }, (_, index) => `call ${index}`);
    const answers = await Promise.all(wanted.map((text) => unary(client, text).ended));
    expect(answers.map(({ text }) => text)).toEqual(wanted);
  });

  test("100 streams at once", async () => {
    const { client } = await open();
    const streams = Array.from({ length: 100 }, () =>
      client.makeServerStreamRequest(...parts("watch"), note("abcdef")),
    );
    const texts = await Promise.all(streams.map(textsOf));
    expect(texts.map((all) => all.join(""))).toEqual(Array.from({ length: 100 }, () => "abcdef"));
  });
});

describe("metadata", () => {
  test("goes both ways", async () => {
    const { client } = await open({
      unary: async (_: Note, context: HandlerContext) => {
        context.responseHeader.set("h", `${context.requestHeader.get("sent")}`);
        context.responseHeader.set("h-bin", `${context.requestHeader.get("sent-bin")}`);
        context.responseTrailer.append("t", "1");
        context.responseTrailer.append("t", "2");
        return note("");
      },
    });
    const metadata = new Metadata();
    metadata.set("sent", "value");
    metadata.set("sent-bin", Buffer.from([0, 255]));
    const { header, trailer } = await unary(client, "", metadata).ended;
    expect(header.get("h")).toEqual(["value"]);
    expect(header.get("h-bin")).toEqual([Buffer.from([0, 255])]);
    expect(trailer.get("t")).toEqual(["1, 2"]);
  });

  test("of a stream goes before its first message, and after its last", async () => {
    const { client } = await open({
      async *watch(_: Note, context: HandlerContext) {
        await Promise.resolve();
        context.responseHeader.set("h", "1");
        yield note("a");
        context.responseTrailer.set("t", "2");
      },
    });
    const call = client.makeServerStreamRequest(...parts("watch"), note(""));
    const [header, end] = [once(call, "metadata"), once(call, "status")];
    call.resume();
    expect((await header)[0].get("h")).toEqual(["1"]);
    expect((await end)[0].metadata.get("t")).toEqual(["2"]);
  });
});

describe("compression", () => {
  const text = "hi".repeat(1_000);

  test.each([
    { answers: "plain", compressMinBytes: undefined },
    { answers: "compressed", compressMinBytes: 1_024 },
  ])("of requests works, with answers $answers", async ({ compressMinBytes }) => {
    const { port } = await open(undefined, compressMinBytes);
    const options = { "grpc.default_compression_algorithm": compressionAlgorithms.gzip };
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
    closing({ close: async () => client.close() });
    expect((await unary(client, text).ended).text).toBe(text);
  });

  test.each([undefined, 1_024])("of streams works, from %s bytes on", async (compressMinBytes) => {
    const watch = async function* (message: Note) {
      yield message;
      yield note("short");
      yield message;
    };
    const { client } = await open({ ...echo, watch }, compressMinBytes);
    const call = client.makeServerStreamRequest(...parts("watch"), note(text));
    expect(await textsOf(call)).toEqual([text, "short", text]);
  });
});

describe("limits", () => {
  test("a request above 4 MiB exhausts resources, and one of 4 MiB does not", async () => {
    const { client } = await open();
    const overhead = 5;
    const most = "x".repeat(4 * 1024 * 1024 - overhead);
    expect((await unary(client, most).ended).text?.length).toBe(most.length);
    expect((await unary(client, `${most}x`).ended).error).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    expect((await unary(client, "hi").ended).text).toBe("hi");
  });
});
