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
async function open(asks: boolean) {
  const seen: (PeerIdentity | undefined)[] = [];
  const see = ({ values }: HandlerContext) => void seen.push(values.get(peerKey));
  const { port } = closing(
    await openTlsServed(asks ? { ca: ca.cert } : {}, {
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
