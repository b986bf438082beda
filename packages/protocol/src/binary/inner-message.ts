/** How messages are read, as the readers of the fields that hold them see it. */
import type { DescMessage } from "@bufbuild/protobuf";
import type { WireCursor } from "./wire-cursor.js";

/** A message while it is filled. */
export type Fields = Record<string, unknown>;

/** Reads a field, its tag read already, into a message. */
export type ReadField = (message: Fields, cursor: WireCursor) => void;

/** What is known of the types of messages within messages. */
export interface InnerDecoder {
  make(): Fields;
  read(message: Fields, cursor: WireCursor): void;
}

/** Finds the decoder of a type. */
export type FindDecoder = (schema: DescMessage) => InnerDecoder;

/** Reads a message that its length stands before, into `message`. */
export function readInner(decoder: InnerDecoder, message: Fields, cursor: WireCursor): void {
  const length = cursor.uint32();
  const { end } = cursor;
  const innerEnd = cursor.at + length;
  if (innerEnd > end) {
    cursor.giveUp();
    return;
  }
  cursor.end = innerEnd;
  decoder.read(message, cursor);
  if (cursor.at > innerEnd) cursor.giveUp();
  cursor.end = end;
}
