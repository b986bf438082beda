/**
 * What the headers of a gRPC request say about how to serve it, short of its deadline and metadata.
 *
 * Hot path: made once for a header block that repeats, then found again with the block.
 */
import { PreparedHeaders } from "@thrice/http2";
import type { Route } from "../server/route.js";
import { type Encoding, readHere } from "./encodings.js";
import { listsEncoding } from "./lists-encoding.js";
import type { MethodCodec } from "./server-codec.js";

/** Header lists of answers in one content type. */
export interface AnswerForm {
  /** Before messages none of which is compressed, and for answers that are nothing but a status. */
  readonly plain: PreparedHeaders;
  /** Before messages any of which may be compressed, with the encoding of that name. */
  readonly gzip: PreparedHeaders;
  readonly br: PreparedHeaders;
}

export interface GrpcPlan {
  readonly kind: "grpc";
  readonly route: Route;
  readonly codec: MethodCodec;
  readonly form: AnswerForm;
  /** How compressed messages of the request are so; undefined if the request does not say. */
  readonly sentEncoding: Encoding | undefined;
  /** Encoding that the request names and that is not spoken here. */
  readonly unknownEncoding: string | undefined;
  /** `grpc-timeout`, if it stands in the part of the headers that repeats. */
  readonly sharedTimeout: string | undefined;
  /** Length from which on messages of the answer are compressed, in bytes; `Infinity` for none. */
  readonly compressMinBytes: number;
}

/** Trailers of an answer without error. */
export const okTrailers = new PreparedHeaders(["grpc-status", "0"]);

/** The fixed part, nothing, of trailers that tell of an error. */
export const noTrailers = new PreparedHeaders([]);

/** Reads a content type of gRPC; undefined if it is none that is spoken here. */
export function parseGrpcContentType(value: string): "proto" | "json" | "bare" | undefined {
  if (value === "application/grpc") return "bare";
  const match = contentType.exec(value);
  if (match === null) return undefined;
  return match[1] === undefined ? "bare" : (match[1].toLowerCase() as "proto" | "json");
}

/** Whether a caller speaks gRPC, though perhaps in a form that is not spoken here. Not gRPC-Web. */
export function isGrpc(value: string): boolean {
  return /^application\/grpc(?:$|[+;])/i.test(value);
}

/** The answer forms, by what {@link parseGrpcContentType} says: an answer has the request's content type. */
export const answerForms = {
  bare: answerForm("application/grpc"),
  proto: answerForm("application/grpc+proto"),
  json: answerForm("application/grpc+json"),
};

/**
 * Whether the caller reads the encoding of that name. A caller that does not say what it reads, but compresses what it sends, reads that.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/compression.md
 */
export function readsEncoding(name: string, accepted: string | undefined, sent: string): boolean {
  if (accepted === undefined || accepted === "") return sent === name;
  return listsEncoding(accepted, name);
}

const contentType = /^application\/grpc(?:\+(proto|json))?(?:\s*;.*)?$/i;

function answerForm(type: string): AnswerForm {
  const fields = [":status", "200", "content-type", type, "grpc-accept-encoding", readHere];
  return {
    plain: new PreparedHeaders(fields),
    gzip: new PreparedHeaders([...fields, "grpc-encoding", "gzip"]),
    br: new PreparedHeaders([...fields, "grpc-encoding", "br"]),
  };
}
