/** Servers on 127.0.0.1 that go away with the test, and a certificate for them. */
import type * as http2 from "node:http2";
import type { Server, Socket } from "node:net";
import { makeCertificate } from "./certificate.js";

/** What is to be done after each test, last first. */
export const cleanups: (() => unknown)[] = [];
/** Runs the cleanups. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** A key and a certificate that nobody trusts, made for this run. */
export const tlsFiles = makeCertificate();

/** Listens on a free port until the test is over. */
export async function listen(
  server: Server | http2.Http2Server | http2.Http2SecureServer,
): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}
