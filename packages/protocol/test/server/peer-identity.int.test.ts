/** What handlers learn of callers that show a certificate. */

import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { HandlerContext } from "@connectrpc/connect";
import { testCertificate } from "@thrice/core/testing";
import {
  type ChannelOptions,
  type PeerIdentity,
  peerKey,
  resolveClientTls,
} from "../../src/index.js";
import type { Note } from "../gen/kinds/kinds_pb.js";
import { channelTo, endOf, many, notes, one } from "../support/calls.js";
import { certificateFolder, waitingLogger } from "../support/certificate-folder.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { note } from "./support/served.js";
import { ca, openTlsServed, openTlsSocket } from "./support/tls-served.js";

const closing = closeAfterEach();
expectNothingUncaught();

const own = testCertificate({
  issuer: ca,
  name: "orders",
  hosts: ["orders.test", "10.0.0.1"],
  uris: ["spiffe://example/orders"],
});

/** A server that takes note of who calls. */
async function open(asks: boolean, clientCertificate?: "optional") {
  const seen: (PeerIdentity | undefined)[] = [];
  const see = ({ values }: HandlerContext) => void seen.push(values.get(peerKey));
  const { port } = closing(
    await openTlsServed(asks ? { ca: ca.cert, clientCertificate } : {}, {
      unary({ text }: Note, context) {
        see(context);
        return note(text);
      },
      async *chat(requests: AsyncIterable<Note>, context) {
        see(context);
        for await (const { text } of requests) yield note(text);
      },
    }),
  );
  const channel = (options: Partial<ChannelOptions> = {}) => {
    const { cert, key } = own;
    return closing(
      channelTo(port, { tls: resolveClientTls({ ca: ca.cert, cert, key }), ...options }),
    );
  };
  return { seen, port, channel };
}

test.each([
  { what: "gRPC", options: {} },
  { what: "Connect", options: { protocol: "connect" } },
  { what: "gRPC-Web over HTTP/1.1", options: { protocol: "grpc-web", httpVersion: "1.1" } },
] as const)("a handler is told who calls, over $what", async ({ options }) => {
  const { seen, channel } = await open(true);
  expect(await endOf(channel(options).start(one("unary", "hi")))).toEqual({ text: "hi" });
  const { fingerprint256, serialNumber } = new X509Certificate(own.cert);
  expect(seen).toEqual([
    expect.objectContaining({
      subject: "CN=orders",
      commonName: "orders",
      issuer: "CN=CA",
      dnsNames: ["orders.test"],
      ipAddresses: ["10.0.0.1"],
      uris: ["spiffe://example/orders"],
      emails: [],
      fingerprint: fingerprint256,
      serialNumber,
    }),
  ]);
});

test("a stream is told too, and all calls of a connection the same", async () => {
  const { seen, channel } = await open(true);
  const connection = channel();
  await endOf(connection.start(many("chat", notes("a"))));
  await endOf(connection.start(one("unary")));
  expect(seen[0]?.commonName).toBe("orders");
  expect(seen[1]).toBe(seen[0]);
});

test("who calls is known of a resumed session too", async () => {
  const { seen, port, channel } = await open(true);
  const { cert, key } = own;
  const before = closing(await openTlsSocket(port, { cert, key }));
  const [session] = await once(before.socket, "session");
  const { socket, closed } = closing(await openTlsSocket(port, { cert, key, session }));
  expect(socket.isSessionReused()).toBe(true);
  socket.write(
    "POST /kinds.KindsService/Unary HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
  );
  expect(await closed).toMatch("200 OK");
  await endOf(channel().start(one("unary")));
  expect(seen.map((peer) => peer?.commonName)).toEqual(["orders", "orders"]);
});

test("nobody is known where no certificate is asked for", async () => {
  const { seen, channel } = await open(false);
  await endOf(channel().start(one("unary")));
  await endOf(channel({ protocol: "connect" }).start(one("unary")));
  await endOf(channel({ protocol: "connect", httpVersion: "1.1" }).start(one("unary")));
  expect(seen).toEqual([undefined, undefined, undefined]);
});

describe("where a certificate is optional", () => {
  test("a caller without one is served, and nobody is known", async () => {
    const { seen, channel } = await open(true, "optional");
    const tls = resolveClientTls({ ca: ca.cert });
    expect(await endOf(channel({ tls }).start(one("unary", "hi")))).toEqual({ text: "hi" });
    await endOf(channel({ tls, protocol: "connect", httpVersion: "1.1" }).start(one("unary")));
    await endOf(channel().start(one("unary")));
    expect(seen.map((peer) => peer?.commonName)).toEqual([undefined, undefined, "orders"]);
  });

  test("a caller with one that nobody has signed is turned away", async () => {
    const { seen, channel } = await open(true, "optional");
    const { cert, key } = testCertificate({ name: "orders" });
    const tls = resolveClientTls({ ca: ca.cert, cert, key });
    expect(await endOf(channel({ tls }).start(one("unary")))).toMatchObject({
      code: "Unavailable",
    });
    expect(seen).toEqual([]);
  });
});

test("a caller over HTTP/1.1 that renews its certificate is known by the new one", async () => {
  const { seen, channel } = await open(true);
  const folder = closing(await certificateFolder(own));
  const { logger, until } = waitingLogger();
  const files = { certFile: folder.path("cert"), keyFile: folder.path("key") };
  const tls = resolveClientTls({ ...files, ca: ca.cert });
  tls?.watch(logger);
  closing({ close: async () => tls?.close() });
  const connection = channel({ tls, protocol: "connect", httpVersion: "1.1" });
  await endOf(connection.start(one("unary")));
  await endOf(connection.start(one("unary")));
  const { cert, key } = testCertificate({ issuer: ca, name: "orders-2" });
  await folder.put({ cert, key });
  await until("info");
  expect(await endOf(connection.start(one("unary", "hi")))).toEqual({ text: "hi" });
  expect(seen.map((peer) => peer?.commonName)).toEqual(["orders", "orders", "orders-2"]);
});
