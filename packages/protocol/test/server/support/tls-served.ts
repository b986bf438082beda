/** Servers with TLS, and bare callers of theirs. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type ConnectionOptions, connect } from "node:tls";
import { testCertificate } from "@thrice/core/testing";
import { resolveClientTls, resolveServerTls, type ServerTlsOptions } from "../../../src/index.js";
import { channelTo } from "../../support/calls.js";
import { openServed } from "../../support/served.js";
import { echo, type Kinds } from "./served.js";

export const ca = testCertificate({ name: "CA", hosts: [] });
/** Signed by `ca`. */
export const { cert, key } = testCertificate({ issuer: ca });

/** Starts a server whose certificate `ca` has signed. */
export function openTlsServed(
  options: Partial<ServerTlsOptions> = {},
  implementation: Kinds = echo,
) {
  return openServed(implementation, resolveServerTls({ cert, key, ...options }));
}

/** Our own channel, which trusts `ca`. */
export function tlsChannelTo(port: number, own: { cert?: string; key?: string } = {}) {
  return channelTo(port, { tls: resolveClientTls({ ca: ca.cert, cert: own.cert, key: own.key }) });
}

/** Connects a bare socket with TLS on it, and waits for the end of the handshake. */
export async function openTlsSocket(port: number, options: ConnectionOptions = {}) {
  const socket = connect({ host: "127.0.0.1", port, ca: ca.cert, ...options });
  const chunks: Buffer[] = [];
  socket.on("data", (bytes) => chunks.push(bytes));
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => {
    socket.once("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
  await new Promise<void>((resolve) => {
    socket.once("secureConnect", resolve);
    socket.once("close", () => resolve());
  });
  const close = async () => {
    socket.destroy();
    await closed;
  };
  return { socket, closed, close };
}

/** The first bytes of a caller. */
export async function clientHello(): Promise<Buffer> {
  const listener = createServer();
  listener.listen({ port: 0, host: "127.0.0.1" });
  await once(listener, "listening");
  const caller = connect({ port: (listener.address() as AddressInfo).port, host: "127.0.0.1" });
  caller.on("error", () => {});
  const [socket] = await once(listener, "connection");
  const [bytes] = await once(socket, "data");
  caller.destroy();
  socket.destroy();
  listener.close();
  await once(listener, "close");
  return bytes;
}

export const jsonPost =
  "POST /kinds.KindsService/Unary HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n" +
  '{"text":"hi"}';
