/** Channels off the fast path, when connections fail: outcomes by origin, as for gRPC. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Code, ConnectError } from "@connectrpc/connect";
import { BusinessError } from "@thrice/core";
import { resolveClientTls } from "../../src/index.js";
import { echo, openServed } from "../server/support/served.js";
import { ca, openTlsServed } from "../server/support/tls-served.js";
import { answerOf, channelTo, endOf, note, one } from "../support/calls.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { headersFrame } from "../support/frames.js";
import { openScriptedPeer, type PeerConnection } from "../support/scripted-peer.js";
import { wires } from "./wires.js";

const closing = closeAfterEach();
expectNothingUncaught();

const http1 = { protocol: "connect", httpVersion: "1.1" } as const;

/** Listens without a protocol. */
async function openListener(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  listener.listen({ port: 0, host: "127.0.0.1" });
  await once(listener, "listening");
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    listener.close();
    await once(listener, "close");
  };
  return { port: (listener.address() as AddressInfo).port, close };
}

/** Stands before a server, and may go away while that does not. */
function openFront(port: number, onConnection = () => {}) {
  return openListener((socket) => {
    onConnection();
    const back = connect({ port, host: "127.0.0.1" });
    back.on("error", () => undefined);
    socket.pipe(back).pipe(socket);
    socket.on("close", () => back.destroy());
  });
}

describe.each(wires)("$wire", ({ options }) => {
  test("fails to connect where nobody listens", async () => {
    const { port, close } = await openListener(() => undefined);
    await close();
    expect(await endOf(closing(channelTo(port, options)).start(one("unary")))).toMatchObject({
      outcome: "connect-failed",
      code: "Unavailable",
      message: expect.stringContaining(`cannot connect to 127.0.0.1:${port}`),
    });
  });

  test("takes nothing once it is closed", async () => {
    const { port } = closing(await openServed());
    const channel = channelTo(port, options);
    await channel.close();
    expect(await endOf(channel.start(one("unary")))).toMatchObject({
      outcome: "rejected",
      code: "Unavailable",
      message: expect.stringContaining("the client is closed"),
    });
  });

  test("cancels what runs when it is closed", async () => {
    const begun = Promise.withResolvers<void>();
    const unary = () => {
      begun.resolve();
      return new Promise<never>(() => undefined);
    };
    const { port } = closing(await openServed({ unary }));
    const channel = channelTo(port, options);
    const attempt = channel.start(one("unary"));
    await begun.promise;
    await channel.close();
    expect(await endOf(attempt)).toMatchObject({ outcome: "cancelled", code: "Canceled" });
  });

  test("finishes what runs when it is retired, and takes no more", async () => {
    const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const unary = async () => {
      begun.resolve();
      await go.promise;
      return note("done");
    };
    const { port } = closing(await openServed({ ...echo, unary }));
    const channel = channelTo(port, options);
    const attempt = channel.start(one("unary"));
    await begun.promise;
    const retired = channel.retire();
    expect(await endOf(channel.start(one("unary")))).toMatchObject({ outcome: "rejected" });
    go.resolve();
    expect(await endOf(attempt)).toEqual({ text: "done" });
    await retired;
  });

  test("knows a connection that is lost before the answer, and in the middle of it", async () => {
    const watch = async function* () {
      yield note("first");
      await new Promise(() => undefined);
    };
    const begun = Promise.withResolvers<void>();
    const unary = () => {
      begun.resolve();
      return new Promise<never>(() => undefined);
    };
    const { port } = closing(await openServed({ watch, unary }));
    const front = closing(await openFront(port));
    const channel = closing(channelTo(front.port, options));
    const answers = await answerOf(channel.start(one("watch")).end);
    await answers.next();
    const next = answers.next();
    const attempt = channel.start(one("unary"));
    await begun.promise;
    await front.close();
    expect(await endOf(attempt)).toMatchObject({ outcome: "connection-lost", code: "Unavailable" });
    await expect(next).rejects.toMatchObject({ code: Code.Unavailable });
  });
});

describe("over HTTP/2", () => {
  test.each([
    { reset: "REFUSED_STREAM", code: 7, outcome: "refused", status: "Unavailable" },
    { reset: "CANCEL", code: 8, outcome: "answered", status: "Canceled" },
    { reset: "INTERNAL_ERROR", code: 2, outcome: "answered", status: "Internal" },
  ])("a reset with $reset is $outcome", async ({ code, outcome, status }) => {
    const onRequest = (peer: { reset(id: number, code: number): void }, id: number) =>
      peer.reset(id, code);
    const { port } = closing(await openScriptedPeer({ onRequest }));
    const end = await endOf(closing(channelTo(port, { protocol: "connect" })).start(one("unary")));
    expect(end).toMatchObject({ outcome, code: status });
  });

  test("a GOAWAY that leaves the request out proves that nobody saw it", async () => {
    const { port } = closing(await openScriptedPeer({ onRequest: (peer) => peer.goaway(0, 0) }));
    const end = await endOf(closing(channelTo(port, { protocol: "connect" })).start(one("unary")));
    expect(end).toMatchObject({ outcome: "refused", code: "Unavailable" });
  });
});

test.each([
  { status: "17", message: "sold out", says: "sold out" },
  { status: "17", message: "50%", says: "50%" },
])("Dubbo's status $status over gRPC in JSON is a business error: $message", async (row) => {
  const onRequest = (peer: PeerConnection, id: number) =>
    peer.write(
      headersFrame(id, { ":status": "200", "content-type": "application/grpc+json" }),
      headersFrame(id, { "grpc-status": row.status, "grpc-message": row.message }, { last: true }),
    );
  const { port } = closing(await openScriptedPeer({ onRequest }));
  const channel = closing(channelTo(port, { protocol: "grpc", useBinaryFormat: false }));
  const end = await channel.start(one("unary")).end;
  expect(end).toMatchObject({ outcome: "answered", error: { rawMessage: row.says } });
  expect(BusinessError.is(end.ok ? undefined : end.error)).toBe(true);
});

describe("over HTTP/1.1", () => {
  const proto = "HTTP/1.1 200 OK\r\ncontent-type: application/proto\r\n";

  test("a peer that accepts and says nothing is given up after connectTimeoutMs of TLS", async () => {
    const { port } = closing(await openListener(() => undefined));
    const tls = resolveClientTls({ ca: ca.cert });
    const channel = closing(channelTo(port, { ...http1, tls, connectTimeoutMs: 50 }));
    expect(await endOf(channel.start(one("unary")))).toMatchObject({
      outcome: "connect-failed",
      message: expect.stringContaining("no answer within connectTimeoutMs 50"),
    });
  });

  test.each([
    { title: "garbage", bytes: "nonsense\r\n\r\n" },
    { title: "half an answer", bytes: `${proto}content-length: 10\r\n\r\n12` },
  ])("$title and the end is a lost connection", async ({ bytes }) => {
    const { port } = closing(
      await openListener((socket) => socket.once("data", () => socket.end(bytes))),
    );
    const end = await endOf(closing(channelTo(port, http1)).start(one("unary")));
    expect(end).toMatchObject({ outcome: "connection-lost", code: "Unavailable" });
  });

  test("an answer that is a page is no answer", async () => {
    const page = "HTTP/1.1 503 Busy\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi";
    const { port } = closing(
      await openListener((socket) => socket.on("data", () => socket.write(page))),
    );
    const end = await endOf(closing(channelTo(port, http1)).start(one("unary")));
    expect(end).toMatchObject({ outcome: "answered", code: "Unavailable" });
  });

  test("TLS is spoken, with names checked", async () => {
    const { port } = closing(await openTlsServed());
    const open = (serverName?: string) =>
      closing(channelTo(port, { ...http1, tls: resolveClientTls({ ca: ca.cert, serverName }) }));
    expect(await endOf(open().start(one("unary", "hi")))).toEqual({ text: "hi" });
    expect(await endOf(open("else.where").start(one("unary")))).toMatchObject({
      outcome: "connect-failed",
      message: expect.stringContaining("for another name"),
    });
  });

  test("connections are used again, one call at a time on each", async () => {
    let connections = 0;
    const { port } = closing(await openServed());
    const { port: front } = closing(await openFront(port, () => connections++));
    const channel = closing(channelTo(front, http1));
    for (const text of ["a", "b", "c"])
      expect(await endOf(channel.start(one("unary", text)))).toEqual({ text });
    expect(connections).toBe(1);
    await Promise.all(["a", "b"].map((text) => endOf(channel.start(one("unary", text)))));
    expect(connections).toBe(2);
  });
});

test("an error that the caller gives to cancel() is the attempt's, whatever the wire does then", async () => {
  const { port } = closing(await openListener(() => undefined));
  const whim = new ConnectError("no longer wanted", Code.Canceled);
  const attempt = closing(channelTo(port, http1)).start(one("unary"));
  attempt.cancel(whim);
  expect(await attempt.end).toMatchObject({ ok: false, error: whim });
});
