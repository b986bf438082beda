/** Costs of HPACK, in nanoseconds a block: `node --import tsx bench/hpack.bench.ts`. */
import { HpackDecoder } from "../src/hpack/hpack-decoder.js";
import { HpackEncoder } from "../src/hpack/hpack-encoder.js";
import { PreparedHeaders } from "../src/hpack/prepared-headers.js";
import { defaultHttp2Options } from "../src/http2-options.js";
import { nanosPer } from "./nanos-per.js";

const fields = [
  ...[":method", "POST", ":scheme", "http", ":path", "/bench.Echo/Say", ":authority", "127.0.0.1"],
  ...["te", "trailers", "content-type", "application/grpc+proto", "user-agent", "thrice-bench"],
];
const prepared = new PreparedHeaders(fields);
const none = new PreparedHeaders([]);
const target = Buffer.alloc(4_096);
const timeouts = Array.from({ length: 5_000 }, (_, i) => ["grpc-timeout", `${90_000 + i}u`]);

function encoderWith(list: PreparedHeaders): HpackEncoder {
  const encoder = new HpackEncoder(defaultHttp2Options, 4_096);
  for (let i = 0; i < 3; i++) encoder.encode(target, 0, list, timeouts[i] ?? []);
  return encoder;
}

function blocksFor(extras: string[][]): Buffer[] {
  const encoder = new HpackEncoder(defaultHttp2Options, 4_096);
  const warmUp = [["grpc-timeout", "1S"], ["grpc-timeout", "2S"], ...extras];
  return warmUp.map((extra) =>
    Buffer.from(target.subarray(0, encoder.encode(target, 0, prepared, extra))),
  );
}

function decodeAll(title: string, blocks: Buffer[], decoder: HpackDecoder): void {
  let turn = 0;
  nanosPer(title, () => {
    const block = blocks[2 + (turn++ % (blocks.length - 2))] as Buffer;
    return decoder.decode(block, 0, block.length)?.sizeBytes ?? 0;
  });
}

const encoder = encoderWith(prepared);
let turn = 0;
nanosPer("encode, prepared", () => encoder.encode(target, 0, prepared, []));
nanosPer("encode, prepared and a varying timeout", () =>
  encoder.encode(target, 0, prepared, timeouts[turn++ % 5_000] as string[]),
);
const loose = encoderWith(none);
nanosPer("encode, field by field", () => loose.encode(target, 0, none, fields.slice(8)));

for (const [title, extras] of [
  ["decode, the same block again", [[], []]],
  ["decode, with a varying timeout", timeouts],
] as const) {
  const blocks = blocksFor(extras.map((extra) => [...extra]));
  const decoder = new HpackDecoder(defaultHttp2Options);
  for (const block of blocks) decoder.decode(block, 0, block.length);
  decodeAll(title, blocks, decoder);
}

const plain = new HpackEncoder({ ...defaultHttp2Options, encoderTableBytes: 0, huffman: "all" }, 0);
for (const huffman of ["none", "all"] as const) {
  const literal = new HpackEncoder({ ...defaultHttp2Options, encoderTableBytes: 0, huffman }, 0);
  const block = Buffer.from(target.subarray(0, literal.encode(target, 0, prepared, [])));
  const varied = Array.from({ length: 500 }, (_, i) => {
    const tail = target.subarray(0, literal.encode(target, 0, none, ["n", String(i)]));
    return Buffer.concat([block, tail]);
  });
  decodeAll(
    `decode, literals (Huffman: ${huffman})`,
    varied,
    new HpackDecoder(defaultHttp2Options),
  );
}
nanosPer("encode, literals with Huffman", () => plain.encode(target, 0, none, fields.slice(8)));
