/** Messages of gRPC and Connect that are nearly right. */
import { gzipSync } from "node:zlib";
import type { Random } from "../../packages/http2/fuzz/random.js";
import { envelope } from "../support/envelope.js";

const texts = ["", "hi", "fail", "wait", "ü€😀", "x".repeat(300), "y".repeat(70_000)];
const bomb = gzipSync(Buffer.alloc(20_000_000));
const notGzip = Buffer.from("this is not gzip at all");

/** The content of a stream: messages with their heads, some of them wrong. */
export function anyMessages(random: Random): Buffer {
  const count = random.pick([0, 1, 1, 1, 2, 5]);
  return Buffer.concat(Array.from({ length: count }, () => anyMessage(random)));
}

/** Content without a head, as unary calls of Connect have it. */
export function anyContent(random: Random): Buffer {
  return random.pick([
    () => Buffer.from(JSON.stringify({ text: random.pick(texts) })),
    () => envelope(random.pick(texts)).subarray(5),
    () => gzipSync(JSON.stringify({ text: random.pick(texts) })),
    () => Buffer.from(random.pick(['{"text":', "null", "[]", "{}", '{"text":{}}', "\u0000", ""])),
    () => noise(random),
    () => bomb,
  ])();
}

function anyMessage(random: Random): Buffer {
  if (random.next() < 0.6) return envelope(random.pick(texts));
  return random.pick([
    () => envelope(random.pick(texts), gzipSync),
    () => envelope("hi", () => notGzip),
    () => envelope("hi", () => gzipSync("hello hello").subarray(0, 12)),
    () => envelope("", () => bomb),
    () => withHead(0, noise(random)),
    () => withHead(random.below(256), envelope("hi").subarray(5)),
    () => withHead(2, Buffer.from('{"error":{"code":"x","details":[{}]}}')),
    () => withHead(0x80, Buffer.from("grpc-status: 5\r\ngrpc-message: %zz\r\n")),
    () => Buffer.from([0, 255, 255, 255, 255, 1, 2]),
    () => Buffer.from([0, 0, 0]),
  ])();
}

function withHead(flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.below(60) }, () => random.below(256)));
}
