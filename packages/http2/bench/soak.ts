/**
 * Many calls of which a part is reset, by either side, at any point: afterwards nothing may be left.
 * `node --expose-gc --import tsx bench/soak.ts [calls] [seed]`
 */
import { connect, createServer } from "node:net";
import { Random } from "../fuzz/random.js";
import {
  Http2ClientConnection,
  Http2ServerConnection,
  PreparedHeaders,
  type ServerStream,
  type StreamSink,
} from "../src/index.js";

const [calls = "200000", seed = "1"] = process.argv.slice(2);
const random = new Random(Number(seed));
const post = new PreparedHeaders([":method", "POST", ":scheme", "http", ":path", "/soak"]);
const ok = new PreparedHeaders([":status", "200"]);
const done = new PreparedHeaders(["grpc-status", "0"]);
const ends: Record<string, number> = {};
let served: Http2ServerConnection | undefined;

function onStream(stream: ServerStream): StreamSink {
  const answer = () => {
    if (random.next() < 0.1) return stream.reset(8);
    stream.respond(ok, [], false);
    stream.sendData(Buffer.alloc(random.pick([10, 1_000, 100_000])), false);
    stream.sendTrailers(done);
  };
  return {
    onData: (_bytes, endStream) => {
      if (!endStream) return;
      if (random.next() < 0.5) answer();
      else setImmediate(() => stream.hasEnded || answer());
    },
    onEnd: () => undefined,
  };
}

const server = createServer((socket) => {
  served = new Http2ServerConnection(socket, { listener: { onStream } });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as { port: number };
const client = new Http2ClientConnection(connect(port, "127.0.0.1"));

async function run(total: number): Promise<void> {
  let left = total;
  const worker = async () => {
    while (left-- > 0) {
      const kind = await new Promise<string>((resolve) => {
        const sink: StreamSink = { onData: () => undefined, onEnd: (end) => resolve(end.kind) };
        const stream = client.request(post, ["n", String(left)], sink, false);
        stream.sendData(Buffer.alloc(random.pick([10, 100_000])), true);
        const cancel = random.next();
        if (cancel < 0.1) stream.reset(8);
        else if (cancel < 0.3) setImmediate(() => stream.reset(8));
      });
      ends[kind] = (ends[kind] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 64 }, worker));
}

function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

await run(Number(calls) / 10);
const before = heapBytes();
await run(Number(calls));
const after = heapBytes();
console.log(JSON.stringify(ends));
console.log(
  `open streams: ${client.activeStreams} at the client, ${served?.activeStreams} at the server`,
);
console.log(`heap: ${before} B before, ${after} B after, ${after - before} B more`);
client.close();
server.close();
