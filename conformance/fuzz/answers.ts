/** Answers to requests of gRPC that are nearly right, as frames on a stream. */
import type { Random } from "../../packages/http2/fuzz/random.js";
import { dataFrames, type Fields, frame, headerFrames, uint32 } from "../support/frames.js";
import { anyMessages } from "./messages.js";

/** Drawn now and then; the others are as they should be. */
const wrongStatuses = ["404", "503", "100", "abc", ""];
const wrongTypes = ["application/grpc+proto", "application/grpc-web", "text/html", ""];
const oddFields: readonly Fields[] = [
  ["grpc-encoding", "gzip"],
  ["grpc-encoding", "br"],
  ["grpc-encoding", "identity"],
  ["x-long", "l".repeat(5_000)],
  ["x-data-bin", "%%%"],
  ["x-data-bin", "AAH/"],
  ["content-length", "3"],
  ["connection", "close"],
  ["X-Upper", "1"],
  [":path", "/"],
];
const wrongCodes = ["1", "4", "5", "8", "13", "14", "16", "17", "99", "-1", "x", ""];
const oddTrailers: readonly Fields[] = [
  ["grpc-message", "no 100%25 %C3%BC"],
  ["grpc-message", "%zz%"],
  ["grpc-message", "m".repeat(9_000)],
  ["grpc-status-details-bin", "CAUSA25vcGU"],
  ["grpc-status-details-bin", "%%%"],
  ["grpc-status-details-bin", "AAAA"],
  ["grpc-retry-pushback-ms", "0"],
  ["grpc-retry-pushback-ms", "-1"],
  ["grpc-retry-pushback-ms", "soon"],
  ["grpc-status", "5"],
];

/** The answer on the stream `id`, or what stands in for one. */
export function anyAnswer(random: Random, id: number): Buffer {
  const choice = random.next();
  if (choice < 0.04) return frame(3, 0, id, uint32(random.pick([0, 1, 2, 7, 8, 11, 99])));
  if (choice < 0.06) return goaway(random, id);
  if (choice < 0.14)
    return headerFrames(id, [...header(random), ...trailer(random)], { isLast: true });
  const isCut = random.next() < 0.05;
  const parts = [
    headerFrames(id, header(random), { isLast: false, partBytes: blockBytes(random) }),
  ];
  if (random.next() < 0.1) parts.unshift(headerFrames(id, [":status", "103"], { isLast: false }));
  const partBytes = random.pick([3, 1_000, 16_384]);
  const content = anyMessages(random).subarray(0, partBytes < 100 ? 3_000 : 100_000);
  parts.push(dataFrames(id, content, { isLast: isCut, partBytes }));
  if (!isCut) {
    parts.push(headerFrames(id, trailer(random), { isLast: true, partBytes: blockBytes(random) }));
  }
  if (random.next() < 0.05) parts.splice(random.below(parts.length), 1);
  return Buffer.concat(parts);
}

function header(random: Random): Fields {
  const type = random.next() < 0.1 ? random.pick(wrongTypes) : "application/grpc";
  return [
    ...[":status", random.next() < 0.1 ? random.pick(wrongStatuses) : "200"],
    ...(type === "" ? [] : ["content-type", type]),
    ...some(random, oddFields),
  ];
}

function trailer(random: Random): Fields {
  const code = random.next() < 0.3 ? random.pick(wrongCodes) : "0";
  return [...(code === "" ? [] : ["grpc-status", code]), ...some(random, oddTrailers)];
}

function some(random: Random, lists: readonly Fields[]): Fields {
  const count = random.pick([0, 0, 0, 1, 2]);
  return Array.from({ length: count }, () => random.pick(lists)).flat();
}

function goaway(random: Random, id: number): Buffer {
  const last = random.pick([0, id, id - 2, 0x7fff_ffff]);
  return frame(7, 0, 0, Buffer.concat([uint32(last), uint32(random.pick([0, 0, 2, 11]))]));
}

function blockBytes(random: Random): number {
  return random.pick([16_384, 16_384, 50]);
}
