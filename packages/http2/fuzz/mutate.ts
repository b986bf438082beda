/** Makes sequences of frames that are nearly right: real ones, wrong ones, and real ones with bytes changed. */
import { writeFrameHeader } from "../src/frames/frame-writer.js";
import type { Random } from "./random.js";

function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  writeFrameHeader(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, 9);
  return bytes;
}

const requestBlocks = [
  "838684",
  "828684410161",
  "828684be",
  "8286840f0d0131",
  "3fe10182868440036162630178",
].map((hex) => Buffer.from(hex, "hex"));
const responseBlocks = ["88", "89", "884001610162", "4803323030", "480331303088", "88be"].map(
  (hex) => Buffer.from(hex, "hex"),
);
const codes = [0, 1, 2, 3, 7, 8, 11, 255, 0xffff_ffff];
const numbers = [0, 1, 2, 100, 16_384, 65_535, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** What the peer has to know to be right: the last stream it opened, and those it has not ended yet. */
export interface PeerMemory {
  lastStreamId: number;
  open: number[];
}

/** One frame of a peer in the given role: mostly a right one, sometimes anything. */
export function nextFrame(random: Random, isClient: boolean, memory: PeerMemory): Buffer {
  if (random.next() < 0.01) return anyFrame(random, isClient);
  const choice = random.next();
  if (choice < 0.1) return frame(6, 0, 0, noise(random, 8));
  if (choice < 0.15) return frame(8, 0, 0, word(1 + random.below(100_000)));
  if (choice < 0.2) return frame(4, 0, 0, rightSetting(random));
  if (isClient && (choice < 0.5 || memory.open.length === 0)) return newRequest(random, memory);
  if (memory.open.length === 0) return frame(200, 0, 0, noise(random, 3));
  return onOpenStream(random, isClient, memory, choice);
}

function newRequest(random: Random, memory: PeerMemory): Buffer {
  const endStream = random.below(2);
  memory.lastStreamId += 2;
  if (endStream === 0) memory.open.push(memory.lastStreamId);
  return frame(1, 4 | endStream, memory.lastStreamId, random.pick(requestBlocks.slice(0, 2)));
}

function onOpenStream(
  random: Random,
  isClient: boolean,
  memory: PeerMemory,
  choice: number,
): Buffer {
  const id = random.pick(memory.open);
  const end = (isLast: boolean) => {
    if (isLast) memory.open = memory.open.filter((one) => one !== id);
    return isLast ? 1 : 0;
  };
  if (choice < 0.6) return frame(8, 0, id, word(1 + random.below(100_000)));
  if (choice < 0.65) {
    end(true);
    return frame(3, 0, id, word(random.pick(codes)));
  }
  if (choice < 0.75) return frame(1, 4 | end(true), id, Buffer.from("0001610162", "hex"));
  if (choice < 0.85 && !isClient) {
    return frame(1, 4 | end(random.next() < 0.2), id, responseBlocks[random.below(2)] as Buffer);
  }
  const length = random.pick([1, 20, 3_000, 16_384]);
  return frame(0, end(random.next() < 0.2), id, noise(random, length));
}

function rightSetting(random: Random): Buffer {
  return Buffer.concat([Buffer.from([0, random.pick([1, 3, 4, 6])]), word(random.below(70_000))]);
}

/** Any frame at all. */
function anyFrame(random: Random, isClient: boolean): Buffer {
  const id = random.next() < 0.8 ? 1 + 2 * random.below(12) : random.pick(numbers) & 0x7fff_ffff;
  const flags = random.next() < 0.7 ? random.pick([0, 1, 4, 5]) : random.below(256);
  const blocks = isClient ? requestBlocks : responseBlocks;
  const payloads: (() => [number, number, number, Uint8Array])[] = [
    () => [1, flags | 4, id, random.pick(blocks)],
    () => [1, flags, id, random.pick(blocks)],
    () => [9, flags, id, random.pick(blocks)],
    () => [0, flags, id, noise(random, random.pick([0, 1, 20, 1_000, 16_384]))],
    () => [3, 0, id, word(random.pick(codes))],
    () => [4, random.pick([0, 0, 1]), 0, anySettings(random)],
    () => [6, random.pick([0, 0, 1]), 0, noise(random, 8)],
    () => [7, 0, 0, Buffer.concat([word(random.pick(numbers)), word(random.pick(codes))])],
    () => [8, 0, random.pick([0, id]), word(random.pick(numbers))],
    () => [2, 0, id, noise(random, random.pick([4, 5]))],
    () => [5, 4, id, Buffer.concat([word(2), random.pick(blocks)])],
    () => [random.below(256), flags, id, noise(random, random.below(40))],
  ];
  const [type, flag, stream, payload] = random.pick(payloads)();
  return frame(type, flag, stream, payload);
}

function anySettings(random: Random): Buffer {
  const parts = Array.from({ length: random.below(3) }, () =>
    Buffer.concat([Buffer.from([0, random.below(9)]), word(random.pick(numbers))]),
  );
  return Buffer.concat(parts);
}

function noise(random: Random, length: number): Buffer {
  const bytes = Buffer.alloc(length, random.below(256));
  for (let i = 0; i < Math.min(length, 40); i++) bytes[i] = random.below(256);
  return bytes;
}

/** Changes, drops or repeats some bytes, at the given rate per byte. */
export function mutate(random: Random, bytes: Buffer, rate: number): Buffer {
  if (rate === 0) return bytes;
  const out: number[] = [];
  for (const byte of bytes) {
    if (random.next() >= rate) out.push(byte);
    else
      out.push(
        ...random.pick([[], [byte, byte], [random.below(256)], [byte ^ (1 << random.below(8))]]),
      );
  }
  return Buffer.from(out);
}

/** Cuts `bytes` into chunks as a network might. */
export function* chunksOf(random: Random, bytes: Buffer): Generator<Buffer> {
  // Byte by byte is worth trying, but not for thousands of bytes of content.
  const longest = Math.max(random.pick([1, 10, 1_000, 100_000]), Math.ceil(bytes.length / 100));
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + random.below(longest);
    yield Buffer.from(bytes.subarray(at, at + length));
    at += length;
  }
}
