/** Our server called by others' clients, and others' servers called by our client: all kinds of calls, one list of promises. */
import { Code, ConnectError } from "@connectrpc/connect";
import { compressionAlgorithms } from "@grpc/grpc-js";
import { NoteSchema } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import type { Callee, Caller, Got, Kind } from "../support/peers/caller.js";
import { openConnectNodeCallee, openThriceCallee } from "../support/peers/connect-callee.js";
import {
  type ConnectNodeSpeech,
  openConnectNodeCaller,
  openThriceCaller,
} from "../support/peers/connect-caller.js";
import { openGrpcJsCallee } from "../support/peers/grpc-js-callee.js";
import { openGrpcJsCaller } from "../support/peers/grpc-js-caller.js";
import { openNodeHttp2Callee, openNodeHttp2Caller } from "../support/peers/node-http2.js";

const closing = closeAfterEach();
const gzip = { "grpc.default_compression_algorithm": compressionAlgorithms.gzip };

interface Pair {
  readonly pair: string;
  readonly openCallee: () => Promise<Callee>;
  readonly openCaller: (port: number) => Caller;
  /** Whether both sides may speak at once, which HTTP/1.1 does not allow. */
  readonly bothAtOnce?: boolean;
}

function connectNode(speech: ConnectNodeSpeech): Pair {
  return {
    pair: `connect-node with ${speech} calls our server`,
    openCallee: openThriceCallee,
    openCaller: (port) => openConnectNodeCaller(speech, port),
    bothAtOnce: !speech.endsWith("HTTP/1.1"),
  };
}

const pairs: readonly Pair[] = [
  {
    pair: "grpc-js calls our server",
    openCallee: openThriceCallee,
    openCaller: openGrpcJsCaller,
  },
  {
    pair: "grpc-js with gzip calls our server",
    openCallee: openThriceCallee,
    openCaller: (port) => openGrpcJsCaller(port, gzip),
  },
  {
    pair: "node:http2 calls our server",
    openCallee: openThriceCallee,
    openCaller: openNodeHttp2Caller,
  },
  connectNode("gRPC"),
  connectNode("gRPC with gzip"),
  connectNode("gRPC-Web over HTTP/1.1"),
  connectNode("gRPC-Web over HTTP/2"),
  connectNode("Connect over HTTP/1.1"),
  connectNode("Connect over HTTP/2"),
  connectNode("Connect with gzip"),
  {
    pair: "our client calls grpc-js",
    openCallee: openGrpcJsCallee,
    openCaller: (port) => openThriceCaller(port),
  },
  {
    pair: "our client calls grpc-js with gzip",
    openCallee: () => openGrpcJsCallee(gzip),
    openCaller: (port) => openThriceCaller(port, { compression: "gzip", compressMinBytes: 0 }),
  },
  {
    pair: "our client calls connect-node",
    openCallee: openConnectNodeCallee,
    openCaller: (port) => openThriceCaller(port),
  },
  {
    pair: "our client with gzip calls connect-node",
    openCallee: openConnectNodeCallee,
    openCaller: (port) => openThriceCaller(port, { compression: "gzip", compressMinBytes: 0 }),
  },
  {
    pair: "our client calls node:http2",
    openCallee: openNodeHttp2Callee,
    openCaller: (port) => openThriceCaller(port),
  },
];

const kinds: readonly Kind[] = ["unary", "watch", "collect", "chat"];

describe.each(pairs)("$pair", ({ openCallee, openCaller, bothAtOnce = true }) => {
  const ownKinds = kinds.filter((kind) => bothAtOnce || kind !== "chat");

  async function open() {
    const callee = closing(await openCallee());
    return { ...callee, caller: closing(openCaller(callee.port)) };
  }

  const exchanges: readonly { kind: Kind; sent: string[]; answered: string[] }[] = [
    { kind: "unary", sent: ["hi ü"], answered: ["hi ü"] },
    { kind: "unary", sent: [""], answered: [""] },
    { kind: "watch", sent: ["abc"], answered: ["a", "b", "c"] },
    { kind: "watch", sent: [""], answered: [] },
    { kind: "collect", sent: ["a", "b", "c"], answered: ["a+b+c"] },
    { kind: "collect", sent: [], answered: [""] },
    { kind: "chat", sent: ["a", "b"], answered: ["re: a", "re: b"] },
    { kind: "chat", sent: [], answered: [] },
  ];

  test.each(exchanges.filter(({ kind }) => ownKinds.includes(kind)))(
    "$kind of $sent answers $answered",
    async ({ kind, sent, answered }) => {
      const { caller } = await open();
      expect((await caller.call(kind, each(...sent))).texts).toEqual(answered);
    },
  );

  test.each(ownKinds)("%s carries header and trailer, text and bytes", async (kind) => {
    const { caller } = await open();
    const header = { "x-say": "hello", "x-say-bin": "AAH/" };
    const got = await caller.call(kind, each("a"), { header });
    expect(metadataOf(got)).toEqual({ said: "hello", bytes: "AAH/", last: "hello" });
  });

  test.each(ownKinds)("%s that fails carries code, message, metadata and details", async (kind) => {
    const { caller } = await open();
    const error = await caller.call(kind, each("fail")).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: "no 100% ü" });
    expect((error as ConnectError).metadata.get("x-m")).toBe("3");
    expect((error as ConnectError).findDetails(NoteSchema)).toMatchObject([{ text: "why" }]);
  });

  test("a handler knows the deadline", async () => {
    const { caller } = await open();
    const { texts } = await caller.call("unary", each("time"), { timeoutMs: 60_000 });
    expect(Number(texts[0])).toBeGreaterThan(30_000);
    expect(Number(texts[0])).toBeLessThanOrEqual(60_000);
  });

  test.each(ownKinds)("%s whose deadline passes says so", async (kind) => {
    const { caller } = await open();
    const call = caller.call(kind, each("wait"), { timeoutMs: 100 });
    await expect(call).rejects.toMatchObject({ code: Code.DeadlineExceeded });
  });

  test.each(ownKinds)("%s that is cancelled ends at the handler too", async (kind) => {
    const { caller, waiting } = await open();
    const controller = new AbortController();
    const { signal } = controller;
    const call = caller.call(kind, kind === "unary" ? each("wait") : endless("wait"), { signal });
    const failed = expect(call).rejects.toMatchObject({ code: Code.Canceled });
    await waiting.begun;
    controller.abort();
    await failed;
    await waiting.gone;
  });

  test("3 MiB go both ways", async () => {
    const { caller } = await open();
    const text = "xyz".repeat(1024 * 1024);
    const { texts } = await caller.call("unary", each(text));
    expect(texts[0] === text).toBe(true);
  });

  test("a stream of 1 000 messages comes whole", async () => {
    const { caller } = await open();
    const text = "abcdefghij".repeat(100);
    const { texts } = await caller.call("watch", each(text));
    expect(texts.join("") === text).toBe(true);
  });

  test("100 calls run at once", async () => {
    const { caller } = await open();
    const wanted = Array.from({ length: 100 }, (_, at) => `call ${at}`);
    const got = await Promise.all(wanted.map((text) => caller.call("unary", each(text))));
    expect(got.map(({ texts }) => texts[0])).toEqual(wanted);
  });

  test("a chat may wait for each answer, unless HTTP/1.1 forbids it", async () => {
    const { caller } = await open();
    let onText: () => void = () => undefined;
    const nextAnswer = () =>
      new Promise<void>((resolve) => {
        onText = resolve;
      });
    async function* questions() {
      for (const text of ["a", "b", "c"]) {
        const answer = nextAnswer();
        yield text;
        await answer;
      }
    }
    const call = caller.call("chat", questions(), { onText: () => onText() });
    expect(await call.then(({ texts }) => texts, codeOf)).toEqual(
      bothAtOnce ? ["re: a", "re: b", "re: c"] : Code[Code.Unknown],
    );
  });
});

function codeOf(reason: unknown): string | undefined {
  return Code[ConnectError.from(reason).code];
}

async function* each(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) yield text;
}

/** Says `text`, and does not end. */
async function* endless(text: string): AsyncGenerator<string> {
  yield text;
  await new Promise(() => undefined);
}

function metadataOf({ header, trailer }: Got) {
  return {
    said: header.get("x-said"),
    bytes: header.get("x-said-bin"),
    last: trailer.get("x-said-last"),
  };
}
