/** Connections that bring nothing, half of something, or garbage: the server closes them, or answers, and goes on. */

import { openByteSplitter } from "./support/byte-splitter.js";
import { channelTo, endOf, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { dataFrame, frameTypes, headersFrame, rawFrame } from "./support/frames.js";
import { openServed, openSocket } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const settings = rawFrame(frameTypes.settings, 0, 0, new Uint8Array());
const hello = Buffer.concat([Buffer.from(preface), settings]);
const grpcRequest = {
  ":method": "POST",
  ":scheme": "http",
  ":path": "/kinds.KindsService/Unary",
  ":authority": "test",
  "content-type": "application/grpc",
};
const garbage = Buffer.alloc(64, 0xff);

async function stillServes(port: number): Promise<void> {
  expect(await endOf(closing(channelTo(port)).start(one("unary")))).toEqual({ text: "hello" });
}

test.each([
  { bytes: "garbage", sent: garbage },
  { bytes: "garbage with line ends", sent: "\0\r\n\r\n\r\n" },
  { bytes: "an HTTP/1.1 request without a method", sent: " / HTTP/1.1\r\n\r\n" },
  { bytes: "the preface of HTTP/2 with an error in it", sent: preface.replace("SM", "XX") },
  { bytes: "HTTP/2 and garbage", sent: Buffer.concat([hello, garbage]) },
  { bytes: "TLS", sent: Buffer.from("16030100f8010000f40303", "hex") },
])("$bytes get the connection closed", async ({ sent }) => {
  const { port } = closing(await openServed());
  const { closed, write } = await openSocket(port);
  await write(sent);
  await closed;
  await stillServes(port);
});

test.each([
  { bytes: "nothing", sent: "" },
  { bytes: "one byte", sent: "P" },
  { bytes: "two bytes of the preface", sent: "PR" },
  { bytes: "half a preface", sent: preface.slice(0, 10) },
  { bytes: "half a header of HTTP/1.1", sent: "POST /kinds.KindsService/Unary HTTP/1.1\r\nho" },
  {
    bytes: "half a body of HTTP/1.1",
    sent: "POST /kinds.KindsService/Unary HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  },
  { bytes: "HTTP/2 without a request", sent: hello },
  {
    bytes: "HTTP/2 with half a request",
    sent: Buffer.concat([hello, headersFrame(1, grpcRequest), dataFrame(1, Buffer.from([0, 0]))]),
  },
  {
    bytes: "HTTP/2 with half a header",
    sent: Buffer.concat([hello, headersFrame(1, grpcRequest).subarray(0, 20)]),
  },
])("$bytes, then a close or a reset, harm nobody", async ({ sent }) => {
  const { port } = closing(await openServed());
  const [ended, reset] = [await openSocket(port), await openSocket(port)];
  await Promise.all([ended.write(sent), reset.write(sent)]);
  ended.socket.end();
  reset.socket.resetAndDestroy();
  await Promise.all([ended.closed, reset.closed]);
  await stillServes(port);
});

test.each([
  { sent: "", what: "nothing" },
  { sent: "P", what: "one byte" },
  { sent: "PR", what: "two bytes" },
])("a connection that brings $what is closed after ten seconds", async ({ sent }) => {
  const { port, clock } = closing(await openServed());
  const { socket, closed, write } = await openSocket(port);
  await stillServes(port); // the server has seen the connection before
  await write(sent);
  await clock.advance(9_999);
  expect(socket.readyState).toBe("open");
  await clock.advance(1);
  expect(await closed).toBe("");
  expect(clock.pendingTimers).toBe(0);
});

test("a request whose bytes come one by one is answered, over HTTP/2", async () => {
  const { port } = closing(await openServed());
  const splitter = closing(await openByteSplitter(port));
  await stillServes(splitter.port);
});

test("a request whose bytes come one by one is answered, over HTTP/1.1", async () => {
  const { port } = closing(await openServed());
  const { closed, write } = await openSocket(port);
  const request =
    "POST /kinds.KindsService/Unary HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
  for (const byte of request) await write(byte);
  expect(await closed).toMatch(/^HTTP\/1\.1 200 OK/);
});

test.each([
  { what: "no host", head: "POST /kinds.KindsService/Unary HTTP/1.0\r\n" },
  { what: "a host that is none", head: "POST /kinds.KindsService/Unary HTTP/1.1\r\nhost: [\r\n" },
  { what: "a path that is none", head: "POST //%zz HTTP/1.1\r\nhost: a\r\n" },
  {
    what: "an odd content type",
    head: "POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\xff\r\n",
  },
  { what: "an upgrade to HTTP/2", head: "GET / HTTP/1.1\r\nhost: a\r\nupgrade: h2c\r\n" },
  { what: "CONNECT", head: "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n" },
])("a request with $what gets an answer or a close", async ({ head }) => {
  const { port } = closing(await openServed());
  const { closed, write } = await openSocket(port);
  await write(Buffer.from(`${head}connection: close\r\ncontent-length: 0\r\n\r\n`, "latin1"));
  await closed;
  await stillServes(port);
});

test.each([
  { what: "no authority", change: { ":authority": "" } },
  { what: "an authority that is none", change: { ":authority": "[" } },
  {
    what: "an odd content type",
    change: { ":path": "/x", "content-type": "application/grpc\x80" },
  },
])("an HTTP/2 request with $what gets an answer or a reset", async ({ change }) => {
  const { port } = closing(await openServed());
  const { socket, closed, write } = await openSocket(port);
  const ended = new Promise<void>((resolve) => {
    socket.on("data", () => socket.bytesRead > 60 && resolve());
  });
  const fields = { ...grpcRequest, ...change };
  await write(Buffer.concat([hello, headersFrame(1, fields, { last: true })]));
  await stillServes(port);
  socket.end();
  await Promise.race([ended, closed]);
  await closed;
});

test("1000 connections that are opened and reset harm nobody", async () => {
  const { port, clock } = closing(await openServed());
  for (let batch = 0; batch < 10; batch++) {
    const opened = await Promise.all(Array.from({ length: 100 }, () => openSocket(port)));
    for (const { socket } of opened) socket.resetAndDestroy();
    await Promise.all(opened.map(({ closed }) => closed));
  }
  await stillServes(port);
  expect(clock.pendingTimers).toBe(0);
});
