/**
 * What a message of a stream costs at the server. A raw HTTP/2 client takes, or sends, many small messages; the server runs
 * in a process of its own.
 *
 * Usage: server-streams.ts [messages=1000000] [rounds=3]; environment CPU_PROF=1 writes a profile of the server.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { Http2ClientConnection, PreparedHeaders } from "@thrice/http2";
import { NoteSchema } from "../test/gen/kinds/kinds_pb.js";
import { serveWire } from "./wire-server.js";

const [messages = 1_000_000, rounds = 3] = process.argv.slice(2).map(Number);
if (process.env.BENCH_SERVER === undefined) await compare();
else await serve();

async function serve(): Promise<void> {
  process.on("message", () => process.send?.(process.cpuUsage()));
  process.on("disconnect", () => process.exit(0));
  process.send?.(await serveWire());
}

async function compare(): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const method of ["Watch", "Collect"]) console.log(method, await measure(method));
  }
}

async function measure(method: string) {
  const profile = process.env.CPU_PROF === undefined ? [] : ["--cpu-prof"];
  const child = fork(process.argv[1] as string, {
    env: { ...process.env, BENCH_SERVER: "wire" },
    execArgv: [...process.execArgv, ...profile],
  });
  const [port] = (await once(child, "message")) as [number];
  const connection = new Http2ClientConnection(connect(port, "127.0.0.1"));
  await run(connection, method, 50_000);
  const before = await usage();
  const startMs = performance.now();
  await run(connection, method, messages);
  const ms = performance.now() - startMs;
  const after = await usage();
  connection.close();
  child.disconnect();
  await once(child, "exit");
  return {
    messagesPerSecond: Math.round((messages / ms) * 1000),
    serverMicros: Number(((after - before) / messages).toFixed(2)),
  };

  async function usage(): Promise<number> {
    child.send("usage");
    const [{ user, system }] = (await once(child, "message")) as [NodeJS.CpuUsage];
    return user + system;
  }
}

/** `Watch` takes the number of messages to send as its text, `Collect` counts those it gets. */
function run(connection: Http2ClientConnection, method: string, count: number): Promise<void> {
  const headers = new PreparedHeaders([
    ...[":method", "POST", ":scheme", "http", ":path", `/kinds.KindsService/${method}`],
    ...[":authority", "127.0.0.1", "te", "trailers", "content-type", "application/grpc"],
  ]);
  return new Promise((resolve, reject) => {
    let writable: () => void = () => undefined;
    const sink = {
      onData: () => undefined,
      onWritable: () => writable(),
      onEnd: (end: { kind: string }) => (end.kind === "completed" ? resolve() : reject(end)),
    };
    const stream = connection.request(headers, [], sink, false);
    if (method === "Watch") {
      stream.sendData(envelope(String(count)), true);
      return;
    }
    const batch = Buffer.concat(Array.from({ length: 500 }, () => envelope("hello world")));
    let left = count / 500;
    writable = () => {
      while (left > 0) {
        left--;
        if (!stream.sendData(batch, left === 0)) return;
      }
    };
    writable();
  });
}

function envelope(text: string): Buffer {
  const message = toBinary(NoteSchema, create(NoteSchema, { text }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
