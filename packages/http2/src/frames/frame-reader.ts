/**
 * Cuts a byte stream into frames, in place.
 *
 * Hot path: a frame that lies in one chunk is handed over as a range of that chunk. Payload of DATA is handed over as it
 * arrives, so a long frame is never gathered; every other frame that is split is gathered in a buffer of its own size.
 *
 * @see RFC 9113 sections 4.1 and 6.1
 */
import { ErrorCode } from "../error-code.js";
import { FrameFlag, FrameType, frameHeaderBytes } from "./frame-type.js";

/** Takes the frames that a {@link FrameReader} cuts. Ranges are valid only during the call. */
export interface FrameHandler {
  /**
   * Part of a DATA frame: content in `bytes` from `start` up to `end`.
   *
   * Units: `flowBytes` is what the part takes from the flow-control windows, padding and its length included; `isLast` is
   * true for the last part of the frame, and `flags` are those of the whole frame.
   */
  onDataPart(
    streamId: number,
    flags: number,
    bytes: Buffer,
    start: number,
    end: number,
    flowBytes: number,
    isLast: boolean,
  ): void;
  /** Any other frame, whole, with its payload in `bytes` from `start` up to `end`. */
  onFrame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void;
  /** The bytes break the rules of framing; the connection cannot go on. */
  onFramingError(code: number, reason: string): void;
}

/** Reader of one connection. */
export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #maxFrameBytes: number;
  #held: Buffer | undefined;
  #heldBytes = 0;
  #isStopped = false;
  #dataStream = 0;
  #dataFlags = 0;
  #dataLeft = 0;
  #padLeft = 0;

  constructor(handler: FrameHandler, maxFrameBytes: number) {
    this.#handler = handler;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Whether a frame other than DATA has begun and its end has not come. */
  get isInsideFrame(): boolean {
    return this.#held !== undefined;
  }

  /** Whether a DATA frame has begun and its end has not come. */
  get isInsideData(): boolean {
    return this.#dataLeft + this.#padLeft > 0;
  }

  /** Hands over nothing more, not even the rest of the chunk at hand. */
  stop(): void {
    this.#isStopped = true;
    this.#held = undefined;
  }

  /** Takes the next bytes of the stream: `chunk` from `start` on. */
  read(chunk: Buffer, start = 0): void {
    let at = start;
    if (this.#held !== undefined) at = this.#fillHeld(chunk, at);
    const end = chunk.length;
    while (at < end && !this.#isStopped) {
      if (this.#dataLeft + this.#padLeft > 0) {
        at = this.#continueData(chunk, at);
        continue;
      }
      if (end - at < frameHeaderBytes) {
        this.#hold(chunk, at, frameHeaderBytes);
        return;
      }
      const next = this.#readFrame(chunk, at);
      if (next < 0) return;
      at = next;
    }
  }

  /** Hands over the frame at `at` and returns where it ends; -1 if the reader stopped or keeps its beginning. */
  #readFrame(chunk: Buffer, at: number): number {
    const length =
      ((chunk[at] as number) << 16) | ((chunk[at + 1] as number) << 8) | (chunk[at + 2] as number);
    const type = chunk[at + 3] as number;
    const flags = chunk[at + 4] as number;
    const streamId =
      (((chunk[at + 5] as number) & 0x7f) << 24) |
      ((chunk[at + 6] as number) << 16) |
      ((chunk[at + 7] as number) << 8) |
      (chunk[at + 8] as number);
    const start = at + frameHeaderBytes;
    const end = start + length;
    if (length > this.#maxFrameBytes) {
      this.#fail(ErrorCode.FRAME_SIZE_ERROR, `frame of ${length} bytes`);
      return -1;
    }
    if (type === FrameType.DATA) {
      if (end <= chunk.length && (flags & FrameFlag.PADDED) === 0) {
        this.#handler.onDataPart(streamId, flags, chunk, start, end, length, true);
        return end;
      }
      return this.#startData(chunk, start, length, flags, streamId);
    }
    if (end > chunk.length) {
      this.#hold(chunk, at, end - at);
      return -1;
    }
    this.#handler.onFrame(type, flags, streamId, chunk, start, end);
    return end;
  }

  /** Begins a DATA frame that is padded or not wholly here. */
  #startData(chunk: Buffer, start: number, length: number, flags: number, id: number): number {
    let at = start;
    let padding = 0;
    let flowBytes = 0;
    if ((flags & FrameFlag.PADDED) !== 0 && length > 0) {
      if (at >= chunk.length) {
        this.#hold(chunk, at - frameHeaderBytes, frameHeaderBytes + 1);
        return -1;
      }
      padding = chunk[at++] as number;
      flowBytes = 1;
    } else if ((flags & FrameFlag.PADDED) !== 0) {
      this.#fail(ErrorCode.FRAME_SIZE_ERROR, "padded DATA without a padding length");
      return -1;
    }
    if (padding + flowBytes > length) {
      this.#fail(ErrorCode.PROTOCOL_ERROR, "DATA padded beyond its end");
      return -1;
    }
    this.#dataStream = id;
    this.#dataFlags = flags;
    this.#dataLeft = length - flowBytes - padding;
    this.#padLeft = padding;
    return this.#continueData(chunk, at, flowBytes);
  }

  #continueData(chunk: Buffer, at: number, flowBefore = 0): number {
    const here = chunk.length - at;
    const content = Math.min(this.#dataLeft, here);
    const padding = Math.min(this.#padLeft, here - content);
    this.#dataLeft -= content;
    this.#padLeft -= padding;
    if (flowBefore + here === 0 && this.#dataLeft + this.#padLeft > 0) return at;
    this.#handler.onDataPart(
      this.#dataStream,
      this.#dataFlags,
      chunk,
      at,
      at + content,
      flowBefore + content + padding,
      this.#dataLeft + this.#padLeft === 0,
    );
    return at + content + padding;
  }

  #hold(chunk: Buffer, at: number, frameBytes: number): void {
    this.#held = Buffer.allocUnsafe(frameBytes);
    this.#heldBytes = chunk.copy(this.#held, 0, at);
  }

  /** Completes the frame that began in an earlier chunk and returns where this chunk goes on. */
  #fillHeld(chunk: Buffer, at: number): number {
    const held = this.#held as Buffer;
    const copied = chunk.copy(held, this.#heldBytes, at);
    this.#heldBytes += copied;
    if (this.#heldBytes < held.length) return at + copied;
    this.#held = undefined;
    // What was held is a frame, its header, or a DATA header with its padding length.
    const isHeaderOnly = this.#readFrame(held, 0) < 0 && this.#held !== undefined;
    return isHeaderOnly ? this.#fillHeld(chunk, at + copied) : at + copied;
  }

  #fail(code: number, reason: string): void {
    this.stop();
    this.#handler.onFramingError(code, reason);
  }
}
