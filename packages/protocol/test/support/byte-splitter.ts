import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Starts a proxy that sends on each byte to `port` by itself. */
export async function openByteSplitter(port: number) {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect({ host: "127.0.0.1", port, noDelay: true });
    sockets.push(near, far);
    far.pipe(near);
    near.on("data", (bytes) => {
      for (const byte of bytes) far.write(Buffer.from([byte]));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  };
  return { port: (server.address() as AddressInfo).port, close };
}
