/**
 * Streams that have something to send and may not send it at once, served in turn, a frame each.
 *
 * @see RFC 9113 section 5.2
 */
import type { Connection } from "../connection/connection.js";
import { initialWindowBytes } from "../frames/frame-type.js";
import type { ActiveStream, QueuedPiece } from "../stream/active-stream.js";

/** Largest piece sent for one stream before the next has its turn, in bytes, whatever the peer's frames may hold. */
const maxTurnBytes = 65_536;

/** Line of one connection, with the connection's send window. */
export class SendLine {
  /** What the peer lets the connection send. */
  window = initialWindowBytes;
  readonly #connection: Connection;
  #first: ActiveStream | undefined;
  #last: ActiveStream | undefined;
  #isRunning = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether `length` bytes of `stream` can go out as one frame now. */
  canSendNow(stream: ActiveStream, length: number): boolean {
    return (
      (length <= stream.sendWindow && length <= this.window
        ? length <= this.#connection.peer.maxFrameBytes
        : length === 0) && !this.#connection.isCongested
    );
  }

  /** Keeps `piece` until its turn comes. */
  enqueue(stream: ActiveStream, piece: QueuedPiece): void {
    if (stream.queue === undefined) {
      stream.queue = [];
      stream.progressAtMs = this.#connection.options.clock.nowMs();
      this.#connection.watchWindows();
    }
    stream.queue.push(piece);
    stream.bufferedBytes += piece.bytes.length;
    this.join(stream);
  }

  /** Puts `stream` at the end of the line if it has something to send. */
  join(stream: ActiveStream): void {
    if (stream.isInLine || stream.queue === undefined) return;
    stream.isInLine = true;
    stream.previousInLine = this.#last;
    if (this.#last === undefined) this.#first = stream;
    else this.#last.nextInLine = stream;
    this.#last = stream;
  }

  /** Takes `stream`, which is in the line, out of it. */
  leave(stream: ActiveStream): void {
    const { previousInLine, nextInLine } = stream;
    if (previousInLine === undefined) this.#first = nextInLine;
    else previousInLine.nextInLine = nextInLine;
    if (nextInLine === undefined) this.#last = previousInLine;
    else nextInLine.previousInLine = previousInLine;
    stream.previousInLine = undefined;
    stream.nextInLine = undefined;
    stream.isInLine = false;
  }

  /** Sends as much as windows and output allow. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (;;) {
      const stream = this.#first;
      if (stream === undefined || this.#connection.hasEnded) break;
      if (this.#connection.isCongested && !this.#connection.relieve()) break;
      if (!this.#serve(stream)) break;
    }
    this.#isRunning = false;
  }

  /** Gives `stream`, the first in line, its turn; `false` if the connection's window is used up. */
  #serve(stream: ActiveStream): boolean {
    const piece = stream.queue?.[0];
    if (piece === undefined) {
      this.leave(stream);
      return true;
    }
    const left = piece.bytes.length - piece.at;
    if (left > 0) {
      if (stream.sendWindow <= 0) {
        this.leave(stream);
        return true;
      }
      if (this.window <= 0) return false;
    }
    this.leave(stream);
    this.#sendPiece(stream, piece, left);
    this.join(stream);
    if (stream.queue === undefined) stream.notifyWritable();
    return true;
  }

  #sendPiece(stream: ActiveStream, piece: QueuedPiece, left: number): void {
    const connection = this.#connection;
    const limit = Math.min(connection.peer.maxFrameBytes, maxTurnBytes);
    const length = left === 0 ? 0 : Math.min(left, stream.sendWindow, this.window, limit);
    const isWhole = length === left;
    const queue = stream.queue as QueuedPiece[];
    if (isWhole) queue.shift();
    if (queue.length === 0) stream.queue = undefined;
    stream.bufferedBytes -= length;
    stream.progressAtMs = connection.options.clock.nowMs();
    if (piece.trailers !== undefined) {
      connection.writeHeaders(stream.id, piece.trailers, piece.extra ?? [], true);
    } else {
      const from = piece.at;
      piece.at += length;
      const part = isWhole && from === 0 ? piece.bytes : piece.bytes.subarray(from, from + length);
      const ends = isWhole && piece.endStream;
      connection.writeData(stream, part, undefined, part.length, ends);
    }
    if (isWhole && piece.endStream) stream.endLocal();
  }
}
