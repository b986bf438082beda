/**
 * Small messages from server to client on one stream, with back-pressure: `node --import tsx bench/streaming.ts [messages]`.
 * Prints messages a second; client and server are processes of their own.
 */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import {
  Http2ClientConnection,
  Http2ServerConnection,
  PreparedHeaders,
  type ServerStream,
  type StreamSink,
} from "../src/index.js";

const [messages = "1000000", role = ""] = process.argv.slice(2);
const total = Number(messages);
const get = new PreparedHeaders([":method", "GET", ":scheme", "http", ":path", "/s"]);
const ok = new PreparedHeaders([":status", "200"]);
const done = new PreparedHeaders(["grpc-status", "0"]);

if (role === "server") serve();
else measure();

function serve(): void {
  const message = Buffer.alloc(13, 97);
  const prefix = Buffer.from([0, 0, 0, 0, 13]);
  const onStream = (stream: ServerStream): StreamSink => {
    let left = total;
    stream.respond(ok, [], false);
    const pump = () => {
      while (left > 0) {
        left--;
        if (!stream.sendData(message, false, prefix)) break;
      }
      if (left === 0 && !stream.hasEnded) {
        left = -1;
        stream.sendTrailers(done);
      }
    };
    // The first part goes out after the sink is known.
    queueMicrotask(pump);
    return { onData: () => undefined, onWritable: pump, onEnd: () => undefined };
  };
  const server = createServer(
    (socket) => new Http2ServerConnection(socket, { listener: { onStream } }),
  );
  server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
}

function measure(): void {
  const args = [...process.execArgv, new URL(import.meta.url).pathname, messages, "server"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.once("data", (port: Buffer) => {
    const client = new Http2ClientConnection(connect(Number(port), "127.0.0.1"));
    const run = (left: number) => {
      const startMs = performance.now();
      let bytes = 0;
      let slices = 0;
      const onData = (part: Buffer) => {
        bytes += part.length;
        slices++;
      };
      const onEnd = (end: { kind: string }) => {
        const perSecond = Math.round((bytes / 18 / (performance.now() - startMs)) * 1000);
        console.log(`${end.kind}: ${perSecond} messages/s in ${slices} slices`);
        if (left > 1) return run(left - 1);
        client.close();
        child.kill();
      };
      client.request(get, [], { onData, onEnd }, true);
    };
    run(3);
  });
}
