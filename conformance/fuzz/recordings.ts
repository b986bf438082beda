/** Records what real clients and a real server say to each other. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Caller } from "../support/peers/caller.js";
import { openThriceCallee } from "../support/peers/connect-callee.js";
import { openConnectNodeCaller, openThriceCaller } from "../support/peers/connect-caller.js";
import { openGrpcJsCaller } from "../support/peers/grpc-js-caller.js";

/** The two sides of one connection. */
export interface Recording {
  readonly fromClient: Buffer;
  readonly fromServer: Buffer;
  /** Whether the client was ours. */
  readonly isOurs: boolean;
}

const callers: readonly { isOurs: boolean; open: (port: number) => Caller }[] = [
  { isOurs: true, open: openThriceCaller },
  { isOurs: false, open: openGrpcJsCaller },
  { isOurs: false, open: (port) => openConnectNodeCaller("gRPC with gzip", port) },
  { isOurs: false, open: (port) => openConnectNodeCaller("gRPC-Web over HTTP/1.1", port) },
  { isOurs: false, open: (port) => openConnectNodeCaller("gRPC-Web over HTTP/2", port) },
  { isOurs: false, open: (port) => openConnectNodeCaller("Connect over HTTP/1.1", port) },
  { isOurs: false, open: (port) => openConnectNodeCaller("Connect with gzip", port) },
];

/** Has each client make some calls of our server, and answers with what went over the wire. */
export async function recordConnections(): Promise<readonly Recording[]> {
  const callee = await openThriceCallee();
  const recordings: Recording[] = [];
  for (const { isOurs, open } of callers) {
    const proxy = await openRecorder(callee.port);
    const caller = open(proxy.port);
    await makeCalls(caller);
    await caller.close();
    recordings.push(...(await proxy.close()).map((sides) => ({ ...sides, isOurs })));
  }
  await callee.close();
  return recordings;
}

async function makeCalls(caller: Caller): Promise<void> {
  const header = { "x-say": "hello", "x-say-bin": "AAH/" };
  await caller.call("unary", each("hi"), { header });
  await caller.call("unary", each("x".repeat(3_000)));
  await caller.call("watch", each("abc"));
  await caller.call("collect", each("a", "b"));
  await caller.call("unary", each("fail")).catch(() => undefined);
  await caller.call("chat", each("a", "b"), { timeoutMs: 5_000 }).catch(() => undefined);
}

async function* each(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) yield text;
}

/** A proxy that keeps what passes through. */
async function openRecorder(port: number) {
  const sides: { fromClient: Buffer[]; fromServer: Buffer[] }[] = [];
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const side = { fromClient: [] as Buffer[], fromServer: [] as Buffer[] };
    sides.push(side);
    sockets.push(near, far);
    near.on("data", (bytes: Buffer) => side.fromClient.push(bytes));
    far.on("data", (bytes: Buffer) => side.fromServer.push(bytes));
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
    return sides.map(({ fromClient, fromServer }) => ({
      fromClient: Buffer.concat(fromClient),
      fromServer: Buffer.concat(fromServer),
    }));
  };
  return { port: (server.address() as AddressInfo).port, close };
}
