/**
 * Memory of an idle connection at the server: a bare socket, this package, Node's HTTP/2.
 * `node --import tsx bench/idle-memory.ts [connections]`
 */
import { spawn } from "node:child_process";
import * as http2 from "node:http2";
import { connect, createServer, type Socket } from "node:net";
import { clientPreface, Http2ServerConnection } from "../src/index.js";

const kinds = ["socket", "thrice", "node"];
const [first = "2000", kind = ""] = process.argv.slice(2);

if (kind === "") {
  for (const name of kinds) console.log(name, await measure(name, Number(first)));
} else {
  serve(kind);
}

async function measure(name: string, connections: number): Promise<string> {
  const args = [...process.execArgv, "--expose-gc", new URL(import.meta.url).pathname, "0", name];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = linesOf(child.stdout);
  const port = Number((await lines.next()).value);
  await open(port, 50);
  const before = await ask();
  const sockets = await open(port, connections);
  const after = await ask();
  for (const socket of sockets) socket.destroy();
  child.kill();
  const per = (key: string) => (((after[key] ?? 0) - (before[key] ?? 0)) / connections).toFixed(0);
  return `${per("heap")} B heap, ${per("rss")} B resident a connection`;

  async function ask(): Promise<Record<string, number>> {
    child.stdin.write("?");
    return JSON.parse(String((await lines.next()).value)) as Record<string, number>;
  }
}

async function* linesOf(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  let text = "";
  for await (const part of stream) {
    text += String(part);
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
}

async function open(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write(
      Buffer.concat([clientPreface, Buffer.from("000000040000000000000000040100000000", "hex")]),
    );
    socket.resume();
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  return sockets;
}

function serve(name: string): void {
  const listener = { onStream: () => undefined };
  const server =
    name === "node"
      ? http2.createServer()
      : createServer((socket) => {
          if (name === "socket") socket.on("data", () => undefined);
          else new Http2ServerConnection(socket, { listener });
        });
  server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
  process.stdin.on("data", () => {
    globalThis.gc?.();
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    console.log(JSON.stringify({ rss, heap: heapUsed + external }));
  });
}
