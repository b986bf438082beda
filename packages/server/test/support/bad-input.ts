/** What may come to a server's door that should not, in the words of each wire. */
import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@thrice/server";
import { NoteSchema } from "../gen/kinds/kinds_pb.js";
import type { HttpVersion, RawReply, RawRequest } from "./raw-request.js";

/** A protocol on a version of HTTP, and what it says to some of the input. */
export interface BadInputWire {
  readonly wire: string;
  readonly version: HttpVersion;
  readonly type: string;
  readonly method: "Unary" | "Watch";
  /** Whether messages have heads that tell their length. */
  readonly isFramed: boolean;
  readonly encodingHeader: string;
  readonly timeoutHeader: string;
  /** Where answers differ: to half a message, to what is no message, to nothing, to a path that is not served. */
  readonly says: Readonly<Record<"half" | "garbage" | "nothing" | "unknown", string>>;
}

const framed = { half: "invalid_argument", garbage: "internal", nothing: "unimplemented" };
const connect = { encodingHeader: "content-encoding", timeoutHeader: "connect-timeout-ms" };

/** All of them. */
export const badInputWires: readonly BadInputWire[] = [
  {
    wire: "gRPC over HTTP/2",
    version: "2",
    type: "application/grpc",
    method: "Unary",
    isFramed: true,
    encodingHeader: "grpc-encoding",
    timeoutHeader: "grpc-timeout",
    says: { ...framed, unknown: "unimplemented" },
  },
  ...(["2", "1.1"] as const).flatMap((version): BadInputWire[] => [
    {
      wire: `gRPC-Web over HTTP/${version}`,
      version,
      type: "application/grpc-web+proto",
      method: "Unary",
      isFramed: true,
      encodingHeader: "grpc-encoding",
      timeoutHeader: "grpc-timeout",
      says: { ...framed, unknown: "HTTP 404" },
    },
    {
      wire: `Connect over HTTP/${version}`,
      version,
      type: "application/proto",
      method: "Unary",
      isFramed: false,
      ...connect,
      says: { half: "internal", garbage: "internal", nothing: "ok", unknown: "HTTP 404" },
    },
    {
      wire: `Connect in JSON over HTTP/${version}`,
      version,
      type: "application/json",
      method: "Unary",
      isFramed: false,
      ...connect,
      says: {
        half: "invalid_argument",
        garbage: "invalid_argument",
        nothing: "invalid_argument",
        unknown: "HTTP 404",
      },
    },
    {
      wire: `a stream of Connect over HTTP/${version}`,
      version,
      type: "application/connect+proto",
      method: "Watch",
      isFramed: true,
      encodingHeader: "connect-content-encoding",
      timeoutHeader: "connect-timeout-ms",
      says: { ...framed, unknown: "HTTP 404" },
    },
  ]),
];

/** A request that breaks one rule, and what has to come of it: a code, or the status of HTTP. */
export interface BadInput {
  readonly what: string;
  readonly request: RawRequest;
  readonly answer: string;
}

/** All input for a wire, to a server that reads messages of `maxReceiveBytes`, 1 000 at most. */
export function badInputs(wire: BadInputWire): readonly BadInput[] {
  const { method, type, encodingHeader, timeoutHeader, says } = wire;
  const path = `/kinds.KindsService/${method}`;
  const headers = {
    "content-type": type,
    ...(type === "application/grpc" && { te: "trailers" }),
  };
  const good: RawRequest = { path, headers, body: contentOf(wire, messageOf(wire, "hello")) };
  const input = (what: string, answer: string, change: Partial<RawRequest>): BadInput => ({
    what,
    answer,
    request: { ...good, ...change },
  });
  const body = (payload: Uint8Array, isCompressed = false) =>
    contentOf(wire, payload, isCompressed ? 1 : 0);
  const encoded = (encoding: string) => ({ ...headers, [encodingHeader]: encoding });
  const bomb = gzipSync(Buffer.alloc(5_000_000, 0x20));
  return [
    input("a message that is too large", "resource_exhausted", {
      body: body(messageOf(wire, "x".repeat(2_000))),
    }),
    input("half a message", says.half, { body: good.body?.subarray(0, -3) }),
    input("what is no message", says.garbage, { body: body(Buffer.from("garbage")) }),
    input("nothing", says.nothing, { body: Buffer.alloc(0) }),
    input("what is not compressed as it says", "internal", {
      headers: encoded("gzip"),
      body: body(Buffer.from("not gzip"), true),
    }),
    input("a compression that nobody knows", "unimplemented", {
      headers: encoded("snappy"),
      body: body(Buffer.from("snappy"), true),
    }),
    input("a message that is too large once decompressed", "resource_exhausted", {
      headers: encoded("gzip"),
      body: body(bomb, true),
    }),
    input("a time that is none", "invalid_argument", {
      headers: { ...headers, [timeoutHeader]: "soon" },
    }),
    input("a service that is not there", says.unknown, { path: `/no.Such/${method}` }),
    input("a method that is not there", says.unknown, { path: "/kinds.KindsService/Nope" }),
    input("a content type that nobody speaks", "HTTP 415", {
      headers: { "content-type": "text/html" },
    }),
    input("no content type", "HTTP 415", { headers: {} }),
    input("GET", "HTTP 405", { method: "GET", body: undefined }),
    input("PUT", "HTTP 405", { method: "PUT" }),
    input("DELETE", "HTTP 405", { method: "DELETE", body: undefined }),
    input("thousands of headers", wire.version === "2" ? "no answer" : "HTTP 431", {
      headers: { ...headers, ...manyHeaders() },
    }),
  ];
}

/** The code that an answer has, by the rules of its protocol; the status of HTTP if it has none. */
export function codeOf({ type }: BadInputWire, reply: RawReply): string {
  const { status, headers, trailers, body } = reply;
  if (status === 0) return "no answer";
  const told = headers["grpc-status"] ?? trailers["grpc-status"];
  if (told !== undefined) return nameOf(Number(told));
  const answered = String(headers["content-type"] ?? "");
  if (answered.startsWith("application/grpc-web")) return nameOf(lastStatus(body));
  if (answered.startsWith("application/connect+")) return endOfStream(body);
  if (status === 200) return "ok";
  const isError = type.startsWith("application/") && answered === "application/json";
  return isError ? JSON.parse(String(body)).code : `HTTP ${status}`;
}

function nameOf(code: number): string {
  const name = code === 0 ? "ok" : (Code[code] ?? "?");
  return name.replaceAll(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

function lastStatus(body: Buffer): number {
  return Number(/grpc-status: (\d+)/.exec(String(body))?.[1]);
}

function endOfStream(body: Buffer): string {
  const [, json = "{}"] = /(\{.*\})$/.exec(String(body)) ?? [];
  return JSON.parse(json).error?.code ?? "ok";
}

function messageOf({ type }: BadInputWire, text: string): Uint8Array {
  if (type === "application/json") return Buffer.from(JSON.stringify({ text }));
  return toBinary(NoteSchema, create(NoteSchema, { text }));
}

function contentOf({ isFramed }: BadInputWire, payload: Uint8Array, flags = 0): Buffer {
  if (!isFramed) return Buffer.from(payload);
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** More than 65 536 bytes as HTTP/2 counts them, and than 16 KiB as they are. */
function manyHeaders(): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 2_500 }, (_, at) => [`x-${at}`, "v"]));
}
