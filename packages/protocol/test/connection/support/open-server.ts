/** Servers on real sockets that count what they get and answer when told to. */
import { once } from "node:events";
import {
  createServer as createHttp2Server,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { Http2ServerConnection, type Http2ServerOptions, type ServerStream } from "@thrice/http2";
import { ok } from "./requests.js";

const loopback: ListenOptions = { host: "127.0.0.1", port: 0 };

/** Listens, and hands out each socket. */
export async function openTcpServer(
  onSocket: (socket: Socket) => void,
  where: ListenOptions = loopback,
) {
  const sockets: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
    onSocket(socket);
  });
  const { port } = await listen(server, where);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  };
  return { port, sockets, close };
}

/** Our HTTP/2 server. Holds requests back until `release` is called, and answers all that come after it. */
export async function openHeldServer(
  options: Omit<Http2ServerOptions, "listener"> = {},
  where: ListenOptions = loopback,
) {
  const held: ServerStream[] = [];
  const connections: Http2ServerConnection[] = [];
  let isReleased = false;
  const onStream = (stream: ServerStream) => {
    if (isReleased) stream.respond(ok, [], true);
    else held.push(stream);
    return { onData: () => {}, onEnd: () => {} };
  };
  const server = await openTcpServer((socket) => {
    connections.push(new Http2ServerConnection(socket, { ...options, listener: { onStream } }));
  }, where);
  const release = () => {
    isReleased = true;
    for (const stream of held.splice(0)) stream.respond(ok, [], true);
  };
  return { ...server, held, connections, release };
}

/** Node's HTTP/2 server, which answers every request once `release` was called. */
export async function openNodeServer(maxConcurrentStreams = 100) {
  const sessions: Http2Session[] = [];
  const held: ServerHttp2Stream[] = [];
  const released = Promise.withResolvers<void>();
  const server = createHttp2Server({ settings: { maxConcurrentStreams } });
  server.on("session", (session) => sessions.push(session));
  server.on("stream", async (stream) => {
    stream.on("error", () => {});
    held.push(stream);
    await released.promise;
    if (!stream.destroyed) stream.respond({ ":status": 200 }, { endStream: true });
  });
  const { port } = await listen(server, loopback);
  const close = async () => {
    for (const session of sessions) session.destroy();
    server.close();
    await once(server, "close");
  };
  return { port, sessions, held, release: released.resolve, close };
}

async function listen(server: Server | Http2Server, where: ListenOptions) {
  server.listen(where);
  await once(server, "listening");
  const address = server.address();
  return { port: typeof address === "object" ? (address?.port ?? 0) : 0 };
}
