/** Answers that break the rules, in the words of each protocol. */
import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import type { ClientOptions } from "@thrice/client";
import { NoteSchema } from "../gen/kinds/kinds_pb.js";
import type { RawAnswer } from "./bad-peer.js";

type Family = "grpc" | "connect" | "grpc-web";

/** A protocol on a version of HTTP. */
export interface AnswerWire {
  readonly wire: string;
  readonly version: "1.1" | "2";
  readonly family: Family;
  readonly type: string;
  readonly options: Partial<ClientOptions>;
}

export const answerWires: readonly AnswerWire[] = [
  { wire: "gRPC", version: "2", family: "grpc", type: "application/grpc", options: {} },
  {
    wire: "gRPC in JSON",
    version: "2",
    family: "grpc",
    type: "application/grpc+json",
    options: { useBinaryFormat: false },
  },
  ...(["2", "1.1"] as const).flatMap((version): AnswerWire[] => [
    {
      wire: `Connect over HTTP/${version}`,
      version,
      family: "connect",
      type: "application/proto",
      options: { protocol: "connect", httpVersion: version },
    },
    {
      wire: `Connect in JSON over HTTP/${version}`,
      version,
      family: "connect",
      type: "application/json",
      options: { protocol: "connect", httpVersion: version, useBinaryFormat: false },
    },
    {
      wire: `gRPC-Web over HTTP/${version}`,
      version,
      family: "grpc-web",
      type: "application/grpc-web+proto",
      options: { protocol: "grpc-web", httpVersion: version },
    },
  ]),
];

/** An answer as it should be. */
export function goodAnswer(wire: AnswerWire): RawAnswer {
  return answerOf(wire, messageOf(wire, "good"));
}

export interface BadAnswer {
  readonly what: string;
  /** Undefined breaks the connection. */
  readonly answer: RawAnswer | undefined;
  /** What the call comes to: the name of a code, or the text that it is answered with. */
  readonly end: string;
}

/** To a client that reads messages of 1 000 bytes at most. */
export function badAnswers(wire: AnswerWire): readonly BadAnswer[] {
  const good = goodAnswer(wire);
  const encoding = wire.family === "connect" ? "content-encoding" : "grpc-encoding";
  const encoded = (name: string, payload: Uint8Array): RawAnswer => {
    const answer = answerOf(wire, payload, 1);
    return { ...answer, headers: { ...answer.headers, [encoding]: name } };
  };
  const page = (status: number): RawAnswer => ({
    status,
    headers: { "content-type": "text/html" },
    body: Buffer.from("<h1>hello</h1>"),
  });
  const rows: readonly (readonly [what: string, end: string, answer: RawAnswer | undefined])[] = [
    ["a message that is too large", "ResourceExhausted", answerOf(wire, longMessage(wire))],
    ["half a message", "Internal", { ...good, body: good.body.subarray(0, halfOf(wire)) }],
    ["what is no message", "Internal", answerOf(wire, Buffer.from("garbage"))],
    ["nothing", nothingIs(wire), { ...good, body: Buffer.alloc(0) }],
    ["what is not compressed as it says", "Internal", encoded("gzip", Buffer.from("no gzip"))],
    ["a compression that nobody knows", "Internal", encoded("snappy", Buffer.from("snappy"))],
    ["what is too large once decompressed", "ResourceExhausted", encoded("gzip", bomb)],
    ["a page", "Unknown", page(200)],
    ["no content type", "Unknown", { ...good, headers: {} }],
    ["HTTP 302", "Unknown", { ...page(302), headers: { location: "/elsewhere" } }],
    ["HTTP 404", "Unimplemented", page(404)],
    ["HTTP 503", "Unavailable", page(503)],
    [
      "thousands of headers",
      wire.version === "2" ? "Internal" : "Unavailable",
      { ...good, headers: { ...good.headers, ...thousandsOfHeaders() } },
    ],
    ["the end of the connection", "Unavailable", undefined],
  ];
  return rows.map(([what, end, answer]) => ({ what, end, answer }));
}

const bomb = gzipSync(Buffer.alloc(5_000_000, 0x20));

/** Bytes that end inside the first message. */
function halfOf({ family }: AnswerWire): number {
  return family === "connect" ? 4 : 7;
}

/** No bytes are an empty message in Connect's binary form, and no answer elsewhere. */
function nothingIs({ family, type }: AnswerWire): string {
  if (family === "grpc") return "Unimplemented";
  if (family === "grpc-web") return "Unknown";
  return type === "application/json" ? "Internal" : "";
}

function longMessage(wire: AnswerWire): Uint8Array {
  return messageOf(wire, "x".repeat(2_000));
}

/** More than 65 536 bytes as HTTP/2 counts them, and than 16 KiB as they are. */
function thousandsOfHeaders(): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`x-${at}`, "v"]));
}

function messageOf({ type }: AnswerWire, text: string): Uint8Array {
  if (type.endsWith("json")) return Buffer.from(JSON.stringify({ text }));
  return toBinary(NoteSchema, create(NoteSchema, { text }));
}

function answerOf({ family, type }: AnswerWire, payload: Uint8Array, flags = 0): RawAnswer {
  const headers = { "content-type": type };
  if (family === "connect") return { status: 200, headers, body: payload };
  const message = framed(payload, flags);
  if (family === "grpc") {
    return { status: 200, headers, body: message, trailers: { "grpc-status": "0" } };
  }
  const trailer = framed(Buffer.from("grpc-status: 0\r\n"), 0x80);
  return { status: 200, headers, body: Buffer.concat([message, trailer]) };
}

function framed(payload: Uint8Array, flags: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}
