/** A channel against servers that others have written: all kinds of methods, metadata, sizes, connections. */
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { compressionGzip } from "@connectrpc/connect-node";
import type {
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
} from "@grpc/grpc-js";
import type { Note } from "./gen/kinds/kinds_pb.js";
import { answerOf, channelTo, endOf, many, note, notes, one, textOf } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { openConnectPeer } from "./support/connect-peer.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { openGrpcJsPeer } from "./support/grpc-js-peer.js";

const closing = closeAfterEach();
expectNothingUncaught();

const connectEcho = {
  unary: ({ text }: Note) => note(text),
  async *watch({ text }: Note) {
    for (const letter of text) yield note(letter);
  },
  async collect(requests: AsyncIterable<Note>) {
    const texts: string[] = [];
    for await (const { text } of requests) texts.push(text);
    return note(texts.join("+"));
  },
  async *chat(requests: AsyncIterable<Note>) {
    for await (const { text } of requests) yield note(`re: ${text}`);
  },
};

const grpcJsEcho = {
  unary: ({ request }: ServerUnaryCall<Note, Note>, answer: sendUnaryData<Note>) =>
    answer(null, note(request.text)),
  watch: (call: ServerWritableStream<Note, Note>) => {
    for (const letter of call.request.text) call.write(note(letter));
    call.end();
  },
  collect: (call: ServerReadableStream<Note, Note>, answer: sendUnaryData<Note>) => {
    const texts: string[] = [];
    call.on("data", ({ text }: Note) => texts.push(text));
    call.on("end", () => answer(null, note(texts.join("+"))));
  },
  chat: (call: ServerDuplexStream<Note, Note>) => {
    call.on("data", ({ text }: Note) => call.write(note(`re: ${text}`)));
    call.on("end", () => call.end());
  },
};

describe.each([
  { server: "connect-node", open: () => openConnectPeer(connectEcho) },
  { server: "grpc-js", open: () => openGrpcJsPeer(grpcJsEcho) },
])("a channel to a $server server", ({ open }) => {
  async function openBoth() {
    const peer = closing(await open());
    return closing(channelTo(peer.port));
  }

  test("calls a unary method", async () => {
    expect(await endOf((await openBoth()).start(one("unary", "hi")))).toEqual({ text: "hi" });
  });

  test("reads a stream", async () => {
    const end = await endOf((await openBoth()).start(one("watch", "abc")));
    expect(end).toEqual({ texts: ["a", "b", "c"] });
  });

  test("reads an empty stream", async () => {
    expect(await endOf((await openBoth()).start(one("watch", "")))).toEqual({ texts: [] });
  });

  test("sends a stream", async () => {
    const end = await endOf((await openBoth()).start(many("collect", notes("a", "b", "c"))));
    expect(end).toEqual({ text: "a+b+c" });
  });

  test("sends an empty stream", async () => {
    expect(await endOf((await openBoth()).start(many("collect", notes())))).toEqual({ text: "" });
  });

  test("sends one message more only after the answer to the last", async () => {
    const answers: string[] = [];
    async function* pingPong() {
      for (const turn of [1, 2, 3]) {
        yield note(`ping ${turn}`);
        await heard(turn);
      }
    }
    const waiting = new Map<number, () => void>();
    const heard = (turn: number) =>
      new Promise<void>((resolve) => {
        waiting.set(turn, resolve);
        if (answers.length >= turn) resolve();
      });
    const messages = await answerOf((await openBoth()).start(many("chat", pingPong())).end);
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      answers.push(textOf(next.value));
      waiting.get(answers.length)?.();
    }
    expect(answers).toEqual(["re: ping 1", "re: ping 2", "re: ping 3"]);
  });

  test("carries 2 MiB both ways", async () => {
    const text = "x".repeat(2 * 1024 * 1024);
    expect(await endOf((await openBoth()).start(one("unary", text)))).toEqual({ text });
  });

  test("carries 100 calls at once", async () => {
    const channel = await openBoth();
    const texts = Array.from({ length: 100 }, (_, index) => `call ${index}`);
    const ends = await Promise.all(texts.map((text) => endOf(channel.start(one("unary", text)))));
    expect(ends).toEqual(texts.map((text) => ({ text })));
  });

  test("carries 30 calls of 1 MiB at once", async () => {
    const channel = await openBoth();
    const text = "x".repeat(1024 * 1024);
    const ends = Array.from({ length: 30 }, () => endOf(channel.start(one("unary", text))));
    expect(await Promise.all(ends)).toEqual(Array(30).fill({ text }));
  });
});

describe("what a channel sends", () => {
  /** The request header as the server saw it. */
  async function headerSeen(more: Parameters<typeof one>[2]): Promise<Headers> {
    const seen: Headers[] = [];
    const unary = (_request: Note, { requestHeader }: HandlerContext) => {
      seen.push(requestHeader);
      return note("");
    };
    const peer = closing(await openConnectPeer({ unary }));
    expect(await endOf(closing(channelTo(peer.port)).start(one("unary", "", more)))).toEqual({
      text: "",
    });
    return seen[0] ?? new Headers();
  }

  test("is a gRPC request without a timeout or a count of attempts, unless there are", async () => {
    const header = await headerSeen({});
    expect(header.get("content-type")).toMatch(/^application\/grpc/);
    expect(header.get("te")).toBe("trailers");
    expect(header.get("grpc-accept-encoding")).toBe("gzip,br");
    expect(header.has("grpc-timeout")).toBe(false);
    expect(header.has("grpc-previous-rpc-attempts")).toBe(false);
  });

  test("tells the time left and the attempts before", async () => {
    const header = await headerSeen({ timeoutMs: 2500, previousAttempts: 2 });
    expect(header.get("grpc-timeout")).toBe("2500m");
    expect(header.get("grpc-previous-rpc-attempts")).toBe("2");
  });

  test("carries attachments, and leaves the caller's as they are", async () => {
    const attachments = new Headers({ "x-user": "ann", "x-data-bin": "AAEC" });
    const header = await headerSeen({ header: attachments, timeoutMs: 2500 });
    expect(header.get("x-user")).toBe("ann");
    expect(header.get("x-data-bin")).toBe("AAEC");
    expect([...attachments.keys()]).toEqual(["x-data-bin", "x-user"]);
  });

  test("is nothing if HTTP/2 does not allow an attachment", async () => {
    const peer = closing(await openConnectPeer(connectEcho));
    const header = new Headers({ connection: "close" });
    const end = await endOf(closing(channelTo(peer.port)).start(one("unary", "", { header })));
    expect(end).toMatchObject({ outcome: "rejected", code: "InvalidArgument" });
  });
});

describe("what a channel receives", () => {
  const withMetadata = {
    unary: (_request: Note, context: HandlerContext) => {
      context.responseHeader.set("x-early", "header");
      context.responseTrailer.set("x-late", "trailer");
      return note("");
    },
    async *watch(_request: Note, context: HandlerContext) {
      context.responseHeader.set("x-early", "header");
      yield note("");
      context.responseTrailer.set("x-late", "trailer");
    },
    collect: () => {
      throw new ConnectError("sold out", Code.NotFound, { "x-why": "demand" });
    },
  };

  test("includes headers and trailers of one answer", async () => {
    const peer = closing(await openConnectPeer(withMetadata));
    const end = await closing(channelTo(peer.port)).start(one("unary")).end;
    expect(end).toMatchObject({ ok: true, answer: { kind: "unary" } });
    const { header, trailer } = (end as Extract<typeof end, { ok: true }>).answer;
    expect([header.get("x-early"), trailer.get("x-late")]).toEqual(["header", "trailer"]);
  });

  test("includes headers of a stream at once, and trailers at its end", async () => {
    const peer = closing(await openConnectPeer(withMetadata));
    const attempt = closing(channelTo(peer.port)).start(one("watch"));
    const end = await attempt.end;
    await endOf(attempt);
    const { header, trailer } = (end as Extract<typeof end, { ok: true }>).answer;
    expect([header.get("x-early"), trailer.get("x-late")]).toEqual(["header", "trailer"]);
  });

  test("includes the metadata of an error", async () => {
    const peer = closing(await openConnectPeer(withMetadata));
    const end = await closing(channelTo(peer.port)).start(many("collect", notes())).end;
    expect(end).toMatchObject({
      ok: false,
      outcome: "answered",
      error: { code: Code.NotFound, rawMessage: "sold out" },
    });
    expect((end as Extract<typeof end, { ok: false }>).error.metadata.get("x-why")).toBe("demand");
  });

  test("may be compressed with gzip", async () => {
    const text = "x".repeat(100_000);
    const peer = closing(
      await openConnectPeer({ unary: () => note(text) }, { acceptCompression: [compressionGzip] }),
    );
    const end = await closing(channelTo(peer.port)).start(one("unary")).end;
    const { header } = (end as Extract<typeof end, { ok: true }>).answer;
    expect(header.get("grpc-encoding")).toBe("gzip");
    expect(end).toMatchObject({ answer: { message: { text } } });
  });

  test.each([
    { pushback: "250", expected: { kind: "after", delayMs: 250 } },
    { pushback: "-1", expected: { kind: "stop" } },
  ])("includes the pushback $pushback", async ({ pushback, expected }) => {
    const unary = () => {
      throw new ConnectError("", Code.Unavailable, { "grpc-retry-pushback-ms": pushback });
    };
    const peer = closing(await openConnectPeer({ unary }));
    const end = await closing(channelTo(peer.port)).start(one("unary")).end;
    expect(end).toMatchObject({ ok: false, outcome: "answered", pushback: expected });
  });
});
