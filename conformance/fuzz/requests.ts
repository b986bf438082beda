/** Requests that are nearly right, as the bytes of a connection of HTTP/2 or HTTP/1.1. */
import type { Random } from "../../packages/http2/fuzz/random.js";
import {
  dataFrames,
  type Fields,
  frame,
  headerFrames,
  preface,
  settings,
  settingsAck,
  uint32,
} from "../support/frames.js";
import { anyContent, anyMessages } from "./messages.js";

interface Sketch {
  readonly method: string;
  readonly path: string;
  readonly fields: Fields;
  readonly content: Buffer;
}

const service = "/kinds.KindsService";
const paths = ["Unary", "Read", "Put", "Watch", "Collect", "Chat", "unary", "Nope", ""];
const contentTypes = [
  ...["application/grpc", "application/grpc+proto", "application/grpc+json", "application/grpc;x"],
  ...["application/grpc-web", "application/grpc-web+proto", "application/grpc-web-text"],
  ...["application/json", "application/proto", "application/connect+proto"],
  ...["application/connect+json", "text/plain", "", "application/json; charset=latin1"],
];
const oddFields: readonly Fields[] = [
  ["grpc-timeout", "1S"],
  ["grpc-timeout", "0n"],
  ["grpc-timeout", "99999999H"],
  ["grpc-timeout", "soon"],
  ["connect-timeout-ms", "5"],
  ["connect-timeout-ms", "-1"],
  ["triple-timeout-ms", "1e9"],
  ["grpc-encoding", "gzip"],
  ["grpc-encoding", "br"],
  ["grpc-accept-encoding", "gzip, ,identity"],
  ["content-encoding", "gzip"],
  ["content-encoding", "br"],
  ["connect-content-encoding", "gzip"],
  ["accept-encoding", "br"],
  ["connect-protocol-version", "1"],
  ["connect-protocol-version", "9"],
  ["triple-protocol-version", "9"],
  ["tri-service-group", "g"],
  ["tri-service-version", "1"],
  ["content-length", "3"],
  ["content-length", "x"],
  ["expect", "100-continue"],
  ["x-data-bin", "%%%"],
  ["x-data-bin", "AAH/, AA"],
  ["x-long", "l".repeat(5_000)],
  ["cookie", "a=b"],
  ["te", "trailers"],
  ["retries", "99"],
  ["transfer-encoding", "chunked"],
  ["upgrade", "h2c"],
];

/** The bytes of a client's side of a connection. */
export function anyRequests(random: Random): Buffer {
  const sketches = Array.from({ length: random.pick([1, 1, 3, 10]) }, () => sketch(random));
  return random.next() < 0.7 ? overHttp2(random, sketches) : overHttp1(random, sketches);
}

function sketch(random: Random): Sketch {
  const query = random.next() < 0.2 ? anyQuery(random) : "";
  const type = random.pick(contentTypes);
  const odd = Array.from({ length: random.pick([0, 0, 1, 2, 4]) }, () => random.pick(oddFields));
  return {
    method: random.next() < 0.8 ? "POST" : random.pick(["GET", "HEAD", "PUT", "OPTIONS", "PRI"]),
    path: `${service}/${random.pick(paths)}${query}`,
    fields: [...(type === "" ? [] : ["content-type", type]), ...odd.flat()],
    content: random.next() < 0.6 ? anyMessages(random) : anyContent(random),
  };
}

function anyQuery(random: Random): string {
  const message = random.pick(["%7B%7D", "%7B%22text%22%3A1%7D", "CgJoaQ", "%%", ""]);
  const encoding = random.pick(["json", "proto", "x"]);
  const more = random.pick(["", "&base64=1", "&compression=gzip", "&compression=x", "&connect=v9"]);
  return `?connect=v1&encoding=${encoding}&message=${message}${more}`;
}

function overHttp2(random: Random, sketches: readonly Sketch[]): Buffer {
  const parts = [preface, settings, settingsAck];
  const rests: Buffer[] = [];
  sketches.forEach(({ method, path, fields, content }, index) => {
    const id = 1 + 2 * index;
    const pseudo = [":method", method, ":scheme", "http", ":path", path, ":authority", "fuzz"];
    const partBytes = random.pick([5, 1_000, 16_384]);
    const isLast = content.length === 0 && random.next() < 0.5;
    const blockBytes = random.pick([16_384, 16_384, 16_384, 100]);
    parts.push(headerFrames(id, [...pseudo, ...fields], { isLast, partBytes: blockBytes }));
    if (!isLast) {
      rests.push(dataFrames(id, content.subarray(0, 2_000), { isLast: false, partBytes }));
      rests.push(dataFrames(id, content.subarray(2_000), { isLast: random.next() < 0.9 }));
    }
    if (random.next() < 0.1) rests.push(frame(3, 0, id, uint32(random.pick([0, 5, 7, 8]))));
    if (random.next() < 0.3) parts.push(...rests.splice(0));
  });
  return Buffer.concat([...parts, ...rests]);
}

function overHttp1(random: Random, sketches: readonly Sketch[]): Buffer {
  return Buffer.concat(
    sketches.flatMap(({ method, path, fields, content }) => {
      const lines = [`${method} ${path} HTTP/1.1`, "host: fuzz"];
      for (let i = 0; i < fields.length; i += 2) lines.push(`${fields[i]}: ${fields[i + 1]}`);
      if (random.next() < 0.7) {
        lines.push(`content-length: ${content.length}`);
        return [Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), content];
      }
      lines.push("transfer-encoding: chunked");
      const chunk = Buffer.from(`${content.length.toString(16)}\r\n`);
      const end = Buffer.from("\r\n0\r\n\r\n");
      return [Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), chunk, content, end];
    }),
  );
}
