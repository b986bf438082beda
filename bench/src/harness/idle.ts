import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const batch = 100;
const settleMs = 500;

/** HTTP/2's preface, an empty SETTINGS frame, and an acknowledgement of the server's. RFC 9113 section 3.4. */
const hello = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0),
  Buffer.of(0, 0, 0, 4, 1, 0, 0, 0, 0),
]);

/** Opens connections that say hello in HTTP/2 and then do nothing, the same for each server. They stay open. */
export async function openConnections(port: number, count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const next = Array.from({ length: Math.min(batch, count - sockets.length) }, () => open(port));
    sockets.push(...(await Promise.all(next)));
  }
  await sleep(settleMs);
  const closed = sockets.filter((socket) => socket.destroyed).length;
  if (closed > 0) throw new Error(`the server has closed ${closed} of ${count} connections`);
  return sockets;
}

async function open(port: number): Promise<Socket> {
  const socket = createConnection({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  socket.on("data", () => {});
  socket.on("error", () => socket.destroy());
  socket.write(hello);
  return socket;
}
