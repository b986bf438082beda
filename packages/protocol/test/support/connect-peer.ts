/** A server made with connect-node, which counts its connections. */
import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { ServiceImpl } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { KindsService } from "../gen/kinds/kinds_pb.js";

export type Kinds = Partial<ServiceImpl<typeof KindsService>>;

export interface ConnectPeerOptions {
  /** 0 lets the system choose. */
  readonly port?: number;
  /** Without it, no answer is compressed. */
  readonly acceptCompression?: Compression[];
}

/** Starts a server. */
export async function openConnectPeer(
  implementation: Kinds,
  { port = 0, acceptCompression = [] }: ConnectPeerOptions = {},
) {
  const sockets = new Set<Socket>();
  const counts = { connections: 0 };
  const server = http2.createServer(
    { settings: { initialWindowSize: 1024 * 1024 } },
    connectNodeAdapter({
      acceptCompression,
      routes: (router) => router.service(KindsService, implementation),
    }),
  );
  server.on("connection", (socket: Socket) => {
    counts.connections++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
