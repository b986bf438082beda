/** What a pool says of peers that cannot be trusted, or do not speak TLS; and that it trusts those that can be. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";
import { testCertificate } from "@thrice/core/testing";
import { Http2ServerConnection } from "@thrice/http2";
import { ConnectionPool } from "../../src/connection/connection-pool.js";
import { SecureNetwork } from "../../src/connection/dial/secure-network.js";
import type { Target } from "../../src/connection/dial/target.js";
import { type ClientTlsOptions, resolveClientTls } from "../../src/tls/client-tls.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { openHeldServer, openTcpServer } from "./support/open-server.js";
import { ok, send } from "./support/requests.js";

const closing = closeAfterEach();
expectNothingUncaught();

const ca = testCertificate({ name: "CA", hosts: [] });
const { cert, key } = testCertificate({ issuer: ca });
const stranger = testCertificate({ name: "stranger" });
const h2 = ["h2"];

/** Answers every request, once the handshake is done. */
async function openTlsServer(options: TlsOptions = {}) {
  const secured: TLSSocket[] = [];
  const reused: boolean[] = [];
  const server = createServer({ cert, key, ALPNProtocols: h2, ...options }, (socket) => {
    secured.push(socket);
    reused.push(socket.isSessionReused());
    socket.on("error", () => {});
    const onStream = (stream: { respond(...answer: unknown[]): void }) => {
      stream.respond(ok, [], true);
      return { onData: () => {}, onEnd: () => {} };
    };
    new Http2ServerConnection(socket, { listener: { onStream: onStream as never } });
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => {})));
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  };
  const forget = () => server.setTicketKeys(randomBytes(48));
  return closing({ port, close, secured, reused, forget });
}

function openPool(port: number, options: ClientTlsOptions = {}, connectTimeoutMs = 10_000) {
  const target: Target = { host: "127.0.0.1", port };
  const tls = resolveClientTls({ ca: ca.cert, ...options });
  if (tls === undefined) throw new Error("tls is off");
  return closing(new ConnectionPool({ target, connectTimeoutMs }, new SecureNetwork(tls, target)));
}

async function failureOf(port: number, options?: ClientTlsOptions, connectTimeoutMs?: number) {
  const pool = openPool(port, options, connectTimeoutMs);
  const error = await pool.connect().connection.catch((reason) => reason);
  return `${error.outcome}: ${error.rawMessage}`;
}

/** Ends the first connection between two requests, and calls `between`. */
async function connectTwice(pool: ConnectionPool, between: () => void): Promise<void> {
  const first = await pool.connect().connection;
  await send(first).end;
  first.close();
  between();
  await send(await pool.connect().connection).end;
}

describe("a peer that can be trusted", () => {
  test("is spoken to", async () => {
    const { port } = await openTlsServer();
    const { end } = send(await openPool(port).connect().connection);
    expect(await end).toMatchObject({ kind: "completed" });
  });

  test("is told no name if it is known by its address", async () => {
    const { port, secured } = await openTlsServer();
    await openPool(port).connect().connection;
    expect(secured.map(({ servername }) => servername)).toEqual([false]);
  });

  test("is told the name that its certificate is looked at for", async () => {
    const named = testCertificate({ issuer: ca, name: "greeter", hosts: ["greeter.test"] });
    const { port, secured } = await openTlsServer({ cert: named.cert, key: named.key });
    await openPool(port, { serverName: "greeter.test." }).connect().connection;
    expect(secured.map(({ servername }) => servername)).toEqual(["greeter.test"]);
  });

  test("is shown our certificate", async () => {
    const own = testCertificate({ issuer: ca, name: "caller" });
    const { port, secured } = await openTlsServer({ ca: ca.cert, requestCert: true });
    await openPool(port, { cert: own.cert, key: own.key }).connect().connection;
    expect(secured.map(({ authorized }) => authorized)).toEqual([true]);
  });

  test("gives one proof for several connections", async () => {
    const { port, reused } = await openTlsServer();
    await connectTwice(openPool(port), () => {});
    expect(reused).toEqual([false, true]);
  });

  test("gives another proof once it has forgotten the first", async () => {
    const { port, reused, forget } = await openTlsServer();
    await connectTwice(openPool(port), forget);
    expect(reused).toEqual([false, false]);
  });
});

describe("no connection is opened to", () => {
  test("a peer whose certificate nobody signed that we trust", async () => {
    const { port } = await openTlsServer();
    expect(await failureOf(port, { ca: stranger.cert })).toBe(
      `connect-failed: cannot connect to 127.0.0.1:${port}: the peer's certificate is signed by nobody who is trusted here; see tls.ca (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
    );
  });

  test("a peer that signed its certificate itself", async () => {
    const { port } = await openTlsServer({ cert: stranger.cert, key: stranger.key });
    expect(await failureOf(port)).toMatch("see tls.ca (DEPTH_ZERO_SELF_SIGNED_CERT)");
  });

  test("a peer whose certificate is for another host", async () => {
    const other = testCertificate({ issuer: ca, hosts: ["other.test"] });
    const { port } = await openTlsServer({ cert: other.cert, key: other.key });
    expect(await failureOf(port, { serverName: "greeter.test" })).toMatch(
      "the peer's certificate is for another name: Host: greeter.test. is not in the cert's altnames: DNS:other.test (ERR_TLS_CERT_ALTNAME_INVALID)",
    );
  });

  test("a peer whose certificate is for a name while it is known by its address", async () => {
    const other = testCertificate({ issuer: ca, hosts: ["localhost"] });
    const { port } = await openTlsServer({ cert: other.cert, key: other.key });
    expect(await failureOf(port)).toMatch("another name: IP: 127.0.0.1 is not in the cert's list");
  });

  test("a peer whose certificate has expired", async () => {
    const old = testCertificate({ issuer: ca, until: "210101" });
    const { port } = await openTlsServer({ cert: old.cert, key: old.key });
    expect(await failureOf(port)).toMatch("certificate has expired (CERT_HAS_EXPIRED)");
  });

  test.each([
    { what: "does not know ALPN", ALPNProtocols: [], text: /: the peer chose no h2 by ALPN$/ },
    { what: "wants another protocol", ALPNProtocols: ["http/1.1"], text: /no h2 by ALPN \(ERR/ },
  ])("a peer that $what", async ({ ALPNProtocols, text }) => {
    const { port } = await openTlsServer({ ALPNProtocols });
    expect(await failureOf(port)).toMatch(text);
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "a peer that asks for our certificate in %s",
    async (maxVersion) => {
      const wants = { ca: ca.cert, requestCert: true, rejectUnauthorized: true };
      const { port } = await openTlsServer({ ...wants, maxVersion });
      expect(await failureOf(port)).toMatch(/^connect-failed: cannot connect to 127/);
    },
  );

  test("a peer of an old version of TLS", async () => {
    const { port } = await openTlsServer({ minVersion: "TLSv1", maxVersion: "TLSv1.1" });
    expect(await failureOf(port)).toMatch(/: TLS failed: tlsv1 alert protocol version \(ERR_SSL/);
  });

  test("a peer that speaks HTTP/2 in the clear", async () => {
    const { port } = closing(await openHeldServer());
    expect(await failureOf(port)).toMatch(/: the peer does not speak TLS \(ERR_SSL_WRONG_VERSION/);
  });

  test("a peer that speaks HTTP/1.1 in the clear", async () => {
    const server = createHttpServer();
    const { port } = closing(await openTcpServer((socket) => server.emit("connection", socket)));
    expect(await failureOf(port)).toMatch(/: the peer does not speak TLS/);
  });

  test("a peer that hangs up", async () => {
    const { port } = closing(await openTcpServer((socket) => socket.end()));
    expect(await failureOf(port)).toMatch("disconnected before secure TLS connection");
  });

  test("a peer that hangs in its handshake", async () => {
    const { port } = closing(await openTcpServer((socket) => socket.resume()));
    expect(await failureOf(port, {}, 50)).toMatch(/: no answer within connectTimeoutMs 50$/);
  });
});
