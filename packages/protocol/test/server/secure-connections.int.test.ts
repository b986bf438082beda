/** A server with TLS: which protocol it chooses, and whom it turns away. */
import { once } from "node:events";
import { createSecureServer, type IncomingHttpHeaders } from "node:http2";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { credentials } from "@grpc/grpc-js";
import { testCertificate } from "@thrice/core/testing";
import type { ServerTlsOptions } from "../../src/index.js";
import { KindsService, type Note } from "../gen/kinds/kinds_pb.js";
import { endOf, one } from "../support/calls.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { grpcJsClient, openGrpcJsPeer } from "../support/grpc-js-peer.js";
import { openSocket } from "../support/served.js";
import { unary } from "./support/grpc-js-call.js";
import { type Kinds, note } from "./support/served.js";
import {
  ca,
  cert,
  clientHello,
  jsonPost,
  key,
  openTlsServed,
  openTlsSocket,
  tlsChannelTo,
} from "./support/tls-served.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function open(options?: Partial<ServerTlsOptions>, implementation?: Kinds) {
  return closing(await openTlsServed(options, implementation));
}

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

describe("a server with TLS", () => {
  test("is called by our own channel", async () => {
    const { port } = await open();
    const channel = closing(tlsChannelTo(port));
    expect(await endOf(channel.start(one("unary", "hi")))).toEqual({ text: "hi" });
  });

  test("is called by grpc-js", async () => {
    const { port } = await open();
    const client = closing(grpcJsClient(port, credentials.createSsl(Buffer.from(ca.cert))));
    expect(await unary(client, "hi").ended).toMatchObject({ text: "hi" });
  });

  test.each(["1.1", "2"] as const)("is called by connect-node over HTTP/%s", async (version) => {
    const { port } = await open();
    const baseUrl = `https://127.0.0.1:${port}`;
    const sessionManager = new Http2SessionManager(baseUrl, undefined, { ca: ca.cert });
    closing({ close: async () => sessionManager.abort() });
    const transport =
      version === "2"
        ? createConnectTransport({ baseUrl, httpVersion: "2", sessionManager })
        : createConnectTransport({
            baseUrl,
            httpVersion: "1.1",
            nodeOptions: { ca: ca.cert, agent: false },
          });
    expect(await createClient(KindsService, transport).unary({ text: "hi" })).toMatchObject({
      text: "hi",
    });
  });

  test("answers HTTP/1.1 to those who ask for it", async () => {
    const { port } = await open();
    const path = "/kinds.KindsService/Unary";
    const headers = { "content-type": "application/json" };
    const options = { host: "127.0.0.1", port, path, headers, ca: ca.cert, agent: false as const };
    const request = httpsRequest({ ...options, method: "POST" });
    request.end('{"text":"hi"}');
    const [answer] = await once(request, "response");
    const [body] = await once(answer, "data");
    expect([answer.statusCode, String(body)]).toEqual([200, '{"text":"hi"}']);
  });

  test.each([
    { offers: ["h2", "http/1.1"], chooses: "h2" },
    { offers: ["http/1.1", "h2"], chooses: "h2" },
    { offers: ["http/1.1"], chooses: "http/1.1" },
    { offers: ["spdy/3", "h2"], chooses: "h2" },
    { offers: undefined, chooses: false },
  ])("chooses $chooses of $offers", async ({ offers, chooses }) => {
    const { port } = await open();
    const { socket } = closing(await openTlsSocket(port, offers && { ALPNProtocols: offers }));
    expect(socket.alpnProtocol).toBe(chooses);
  });

  test("speaks with a caller without ALPN what the caller begins with", async () => {
    const { port } = await open();
    const http2 = closing(await openTlsSocket(port));
    const first = once(http2.socket, "data");
    http2.socket.write(preface, "latin1");
    expect((await first)[0][3]).toBe(4); // a SETTINGS frame
    const http1 = closing(await openTlsSocket(port));
    http1.socket.write(jsonPost);
    expect(await http1.closed).toMatch(/^HTTP\/1.1 200 OK[\s\S]*{"text":"hi"}/);
  });
});

test("our own channel says https to a peer", async () => {
  const headers = Promise.withResolvers<IncomingHttpHeaders>();
  const peer = createSecureServer({ cert, key });
  peer.on("stream", (stream, received) => {
    headers.resolve(received);
    stream.respond({ ":status": 503 }, { endStream: true });
  });
  peer.listen({ port: 0, host: "127.0.0.1" });
  await once(peer, "listening");
  closing({ close: () => new Promise((resolve) => peer.close(resolve)) });
  const { port } = peer.address() as AddressInfo;
  const channel = closing(tlsChannelTo(port));
  await endOf(channel.start(one("unary")));
  expect(await headers.promise).toMatchObject({
    ":scheme": "https",
    ":authority": `127.0.0.1:${port}`,
  });
});

test("our own channel calls a server of grpc-js", async () => {
  const implementation = {
    unary: (call: { request: Note }, callback: (error: null, answer: Note) => void) =>
      callback(null, note(call.request.text)),
  };
  const { port } = closing(await openGrpcJsPeer(implementation, { cert, key }));
  const channel = closing(tlsChannelTo(port));
  expect(await endOf(channel.start(one("unary", "hi")))).toEqual({ text: "hi" });
});

describe("turned away, with no more than a word at level debug, is a caller that", () => {
  test.each([
    { what: "speaks HTTP/2 in the clear", bytes: preface },
    { what: "speaks HTTP/1.1 in the clear", bytes: jsonPost },
    { what: "talks nonsense", bytes: "\x16\x03\x01\x00\x05hello" },
  ])("$what", async ({ bytes }) => {
    const { port, logger } = await open();
    const { write, closed } = await openSocket(port);
    await write(Buffer.from(bytes, "latin1"));
    expect(await closed).not.toMatch("HTTP");
    expect(logger.records.map(({ level }) => level)).toEqual(["debug"]);
    expect(logger.records[0]?.message).toMatch("TLS handshake failed");
  });

  test("hangs up in its handshake", async () => {
    const { port, logger } = await open();
    const { socket, closed } = await openSocket(port);
    socket.end("\x16\x03\x01");
    await closed;
    expect(logger.records.filter(({ level }) => level !== "debug")).toEqual([]);
  });

  test("knows none of our protocols", async () => {
    const { port } = await open();
    const { socket } = closing(await openTlsSocket(port, { ALPNProtocols: ["spdy/3"] }));
    expect(socket.destroyed).toBe(true);
  });

  test("speaks an old version of TLS", async () => {
    const { port } = await open();
    const old = {
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    } as const;
    const { socket } = closing(await openTlsSocket(port, old));
    expect(socket.destroyed).toBe(true);
  });

  test.each(["", "\x16\x03\x01\x02\x00"])("falls silent after %j", async (bytes) => {
    const { port } = await open({ handshakeTimeoutMs: 50 });
    const { socket, closed } = await openSocket(port);
    socket.write(bytes, "latin1");
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  test("has no certificate where one is asked for", async () => {
    const { port } = await open({ ca: ca.cert });
    const channel = closing(tlsChannelTo(port));
    expect(await endOf(channel.start(one("unary")))).toMatchObject({
      outcome: "connect-failed",
      message: expect.stringContaining("the peer asks for a certificate; see tls.cert"),
    });
  });

  test("has a stranger's certificate where one is asked for", async () => {
    const stranger = testCertificate({ name: "stranger" });
    const { port } = await open({ ca: ca.cert });
    const channel = closing(tlsChannelTo(port, stranger));
    expect(await endOf(channel.start(one("unary")))).toMatchObject({ outcome: "connect-failed" });
  });
});

test("handshakes that are cut, bent or broken off at any byte harm nobody else", async () => {
  const { port, logger } = await open();
  const hello = await clientHello();
  for (let at = 0; at < hello.length; at += 7) {
    const bent = Buffer.from(hello);
    bent.writeUInt8((bent.readUInt8(at) + 1) % 256, at);
    const [cut, broken] = [await openSocket(port), await openSocket(port)];
    cut.socket.end(hello.subarray(0, at));
    await broken.write(bent);
    broken.socket.resetAndDestroy();
    await Promise.all([cut.closed, broken.closed]);
  }
  const channel = closing(tlsChannelTo(port));
  expect(await endOf(channel.start(one("unary", "hi")))).toEqual({ text: "hi" });
  expect(logger.records.filter(({ level }) => level !== "debug")).toEqual([]);
}, 30_000);

test("a caller with the certificate that is asked for is served", async () => {
  const own = testCertificate({ issuer: ca, name: "caller" });
  const { port } = await open({ ca: ca.cert });
  const channel = closing(tlsChannelTo(port, own));
  expect(await endOf(channel.start(one("unary", "hi")))).toEqual({ text: "hi" });
});
