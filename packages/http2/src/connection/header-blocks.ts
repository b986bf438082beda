/**
 * Gathers HEADERS and CONTINUATION into header blocks and decodes them. A block in one frame is decoded where it lies.
 *
 * @see RFC 9113 sections 4.3, 6.2 and 6.10
 */
import { ErrorCode } from "../error-code.js";
import { FrameFlag, minMaxFrameBytes } from "../frames/frame-type.js";
import type { Connection } from "./connection.js";

/** Header blocks of one connection. */
export class HeaderBlocks {
  /** Stream whose block has begun and not ended, or 0. */
  openStreamId = 0;
  readonly #connection: Connection;
  #parts: Buffer[] | undefined;
  #partBytes = 0;
  #continuations = 0;
  #endStream = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Takes HEADERS. */
  receiveHeaders(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    let from = start;
    let to = end;
    if ((flags & (FrameFlag.PADDED | FrameFlag.PRIORITY)) !== 0) {
      const padding = (flags & FrameFlag.PADDED) !== 0 ? (bytes[from++] ?? 0) : 0;
      if ((flags & FrameFlag.PRIORITY) !== 0) from += 5;
      to = end - padding;
      if (from > end) {
        this.#connection.fail(ErrorCode.FRAME_SIZE_ERROR, "HEADERS cut short");
        return;
      }
      if (from > to) {
        this.#connection.fail(ErrorCode.PROTOCOL_ERROR, "HEADERS padded beyond its end");
        return;
      }
    }
    const endStream = (flags & FrameFlag.END_STREAM) !== 0;
    if ((flags & FrameFlag.END_HEADERS) !== 0) {
      this.#decode(streamId, endStream, bytes, from, to);
      return;
    }
    this.openStreamId = streamId;
    this.#endStream = endStream;
    this.#parts = [];
    this.#partBytes = 0;
    this.#continuations = 0;
    this.#gather(bytes, from, to);
  }

  /** Takes CONTINUATION of the block that is open. */
  receiveContinuation(flags: number, bytes: Buffer, start: number, end: number): void {
    if (++this.#continuations > this.#connection.options.maxContinuationFrames) {
      this.#connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "too many CONTINUATION frames");
      return;
    }
    const isLast = (flags & FrameFlag.END_HEADERS) !== 0;
    if (!this.#gather(bytes, start, end) || !isLast) return;
    const streamId = this.openStreamId;
    const block = Buffer.concat(this.#parts ?? [], this.#partBytes);
    this.openStreamId = 0;
    this.#parts = undefined;
    this.#decode(streamId, this.#endStream, block, 0, block.length);
  }

  #gather(bytes: Buffer, start: number, end: number): boolean {
    const connection = this.#connection;
    if (start === end && !connection.guard.allows("empty frames")) {
      connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "too many empty frames");
      return false;
    }
    this.#partBytes += end - start;
    // Encoded fields are shorter than the list that the limit is about, so a longer block cannot become a list in bounds.
    if (this.#partBytes > Math.max(minMaxFrameBytes, connection.options.maxHeaderListBytes)) {
      connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "header block too large");
      return false;
    }
    this.#parts?.push(Buffer.from(bytes.subarray(start, end)));
    return true;
  }

  #decode(streamId: number, endStream: boolean, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    const headers = connection.decoder.decode(bytes, start, end);
    if (headers === undefined) {
      connection.fail(ErrorCode.COMPRESSION_ERROR, "header block cannot be decoded");
      return;
    }
    connection.guard.noteUseful();
    connection.role.receiveList(connection, streamId, headers, endStream);
  }
}
