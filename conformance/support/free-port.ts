import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** A port that nobody listened on a moment ago, for a program that cannot let the system choose. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** Resolves once someone listens on `port`. Rejects if `ended` settles before. */
export async function listening(port: number, ended: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  ended.then(end, end);
  while (!(await canConnect(port))) {
    if (hasEnded) throw new Error(`the program ended before it listened: ${await ended}`);
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
