/**
 * A stream that has begun. Fields are open to the other parts of the connection, which keep this object small: there is
 * one for each call.
 *
 * @see RFC 9113 section 5.1
 */
import type { Connection } from "../connection/connection.js";
import { ErrorCode } from "../error-code.js";
import { FrameFlag } from "../frames/frame-type.js";
import { fieldMark } from "../hpack/header-field.js";
import type { HeaderList } from "../hpack/header-list.js";
import { checkFields, type PreparedHeaders } from "../hpack/prepared-headers.js";
import { completed, type StreamEnd } from "../stream-end.js";
import type { StreamSink } from "../stream-sink.js";
import type { ServerStream } from "./http2-stream.js";

/** Something that waits to be sent: content from `at` on, or trailers. */
export interface QueuedPiece {
  readonly bytes: Uint8Array;
  at: number;
  readonly endStream: boolean;
  readonly trailers?: PreparedHeaders;
  readonly extra?: readonly string[];
}

const noFields: readonly string[] = [];
const noBytes = new Uint8Array(0);

/** Client and server stream in one: what only a server may do is hidden by the type that a client gets. */
export class ActiveStream implements ServerStream {
  readonly id: number;
  readonly connection: Connection;
  sink: StreamSink;
  hasEnded = false;
  /** How it ended, for a sink that comes only after that. */
  end: StreamEnd | undefined = undefined;
  localEnded = false;
  remoteEnded = false;
  /** Our headers are out: always at a client, at a server once it has responded. */
  headersSent: boolean;
  /** The peer's headers are here: always at a server, at a client once the final response has begun. */
  headersReceived: boolean;
  /** What the peer lets us send. */
  sendWindow: number;
  /** What we let the peer send. */
  receiveWindow: number;
  /** Taken by the reader and not yet given back to the peer. */
  unreturned = 0;
  /** Handed to a reader with manual credit that has not given it back. */
  unread = 0;
  /** Size that `receiveWindow` is kept near; grows with the link. */
  windowSize: number;
  hasManualCredit = false;
  /** Content that the peer announced and that has not come, in bytes; -1 if it announced none. */
  expectedBytes = -1;
  /** Place of the first byte in the connection's output. */
  firstByteAt = 0;
  queue: QueuedPiece[] | undefined = undefined;
  bufferedBytes = 0;
  isInLine = false;
  nextInLine: ActiveStream | undefined = undefined;
  previousInLine: ActiveStream | undefined = undefined;
  wantsWritable = false;
  progressAtMs = 0;

  constructor(connection: Connection, id: number, sink: StreamSink, isServer: boolean) {
    this.connection = connection;
    this.id = id;
    this.sink = sink;
    this.headersSent = !isServer;
    this.headersReceived = isServer;
    this.sendWindow = connection.peer.initialWindowBytes;
    this.windowSize = connection.credit.newStreamWindowBytes;
    this.receiveWindow = this.windowSize;
  }

  sendData(bytes: Uint8Array, endStream: boolean, head?: Uint8Array): boolean {
    if (!this.#maySend()) return false;
    const line = this.connection.line;
    const length = bytes.length + (head === undefined ? 0 : head.length);
    if (length === 0 && !endStream) return true;
    if (this.queue === undefined && line.canSendNow(this, length)) {
      this.connection.writeData(this, bytes, head, length, endStream);
      if (endStream) this.endLocal();
      return !this.hasEnded;
    }
    if (endStream) this.localEnded = true;
    if (head !== undefined && head.length > 0) {
      line.enqueue(this, { bytes: Uint8Array.from(head), at: 0, endStream: false });
    }
    line.enqueue(this, { bytes, at: 0, endStream });
    line.run();
    if (this.bufferedBytes < this.connection.options.sendBufferBytes) return !this.hasEnded;
    this.wantsWritable = true;
    return false;
  }

  sendTrailers(trailers: PreparedHeaders, extra: readonly string[] = noFields): void {
    if (!this.#maySend()) return;
    if (this.queue === undefined) {
      this.connection.writeHeaders(this.id, trailers, extra, true);
      this.endLocal();
      return;
    }
    checkFields(extra, false);
    this.localEnded = true;
    this.connection.line.enqueue(this, { bytes: noBytes, at: 0, endStream: true, trailers, extra });
  }

  respond(headers: PreparedHeaders, extra: readonly string[], endStream: boolean): void {
    if (this.hasEnded) return;
    if (this.headersSent) throw new Error("response headers were sent before");
    this.connection.writeHeaders(this.id, headers, extra, endStream);
    this.headersSent = true;
    if (endStream) this.endLocal();
  }

  sendInformational(headers: PreparedHeaders, extra: readonly string[] = noFields): void {
    if (this.hasEnded) return;
    if (this.headersSent) throw new Error("a 1xx response must come before the final one");
    this.connection.writeHeaders(this.id, headers, extra, false);
  }

  reset(code: number): void {
    this.resetBecause(code, "reset by this side");
  }

  addCredit(bytes: number): void {
    const taken = Math.min(bytes, this.unread);
    if (taken <= 0 || this.hasEnded) return;
    this.unread -= taken;
    this.connection.credit.release(taken);
    if (!this.remoteEnded) this.connection.credit.returnToStream(this, taken);
  }

  /** Ends the stream with RST_STREAM and tells the sink why. */
  resetBecause(code: number, reason: string, error?: unknown): void {
    if (this.hasEnded) return;
    this.connection.writeReset(this.id, code);
    this.finish({ kind: "closed-here", code, reason, ...(error === undefined ? {} : { error }) });
  }

  /** Takes a part of a DATA frame. */
  receiveData(
    flags: number,
    bytes: Buffer,
    start: number,
    end: number,
    flowBytes: number,
    isLast: boolean,
  ): void {
    this.receiveWindow -= flowBytes;
    if (this.receiveWindow < 0) {
      this.#violate(ErrorCode.FLOW_CONTROL_ERROR, "stream window overrun");
      return;
    }
    const endStream = isLast && (flags & FrameFlag.END_STREAM) !== 0;
    if (!this.headersReceived) {
      this.#violate(ErrorCode.PROTOCOL_ERROR, "DATA before HEADERS");
      return;
    }
    const length = end - start;
    if (this.expectedBytes >= 0 && !this.#fitsExpected(length, endStream)) return;
    if (endStream) this.remoteEnded = true;
    if (length > 0 || endStream) this.#deliver(bytes, start, end, endStream);
    if (endStream) {
      this.#afterRemoteEnd();
      return;
    }
    if (this.hasEnded) return;
    const returned = this.hasManualCredit ? flowBytes - length : flowBytes;
    if (returned > 0) this.connection.credit.returnToStream(this, returned);
  }

  /** Takes the header list of a final response. */
  receiveHeaders(headers: HeaderList, endStream: boolean): void {
    this.headersReceived = true;
    if (!endStream) this.noteExpected(headers);
    if (endStream) this.remoteEnded = true;
    try {
      this.sink.onHeaders?.(headers, endStream);
    } catch (error) {
      this.#sinkThrew(error);
    }
    if (endStream) this.#afterRemoteEnd();
  }

  /** Takes the header list of a 1xx response. */
  receiveInformational(headers: HeaderList): void {
    try {
      this.sink.onInformational?.(headers);
    } catch (error) {
      this.#sinkThrew(error);
    }
  }

  /** Takes the fields after the content. */
  receiveTrailers(headers: HeaderList): void {
    if (this.expectedBytes > 0) {
      this.#violate(ErrorCode.PROTOCOL_ERROR, "less content than announced");
      return;
    }
    this.remoteEnded = true;
    try {
      this.sink.onTrailers?.(headers);
    } catch (error) {
      this.#sinkThrew(error);
    }
    this.#afterRemoteEnd();
  }

  /** Notes the content length that `headers` announce. @see RFC 9113 section 8.1.1 */
  noteExpected(headers: HeaderList): void {
    if ((headers.marks & fieldMark.contentLength) === 0) return;
    const length = Number(headers.get("content-length"));
    if (Number.isSafeInteger(length) && length >= 0) this.expectedBytes = length;
  }

  /** The last of what this side sends has been written. */
  endLocal(): void {
    this.localEnded = true;
    if (this.remoteEnded) this.finish(completed);
  }

  /** What was held back is gone. */
  notifyWritable(): void {
    if (!this.wantsWritable || this.hasEnded) return;
    this.wantsWritable = false;
    try {
      this.sink.onWritable?.();
    } catch (error) {
      this.#sinkThrew(error);
    }
  }

  /** Ends the stream and tells the sink, once. */
  finish(end: StreamEnd): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.end = end;
    this.queue = undefined;
    this.bufferedBytes = 0;
    if (this.isInLine) this.connection.line.leave(this);
    if (this.unread > 0) this.connection.credit.release(this.unread);
    this.unread = 0;
    this.connection.forget(this, end === completed);
    this.tellEnd(end);
  }

  /** Tells the sink how the stream ended. */
  tellEnd(end: StreamEnd): void {
    try {
      this.sink.onEnd(end);
    } catch (error) {
      this.connection.reportThrown(error);
    }
  }

  #maySend(): boolean {
    if (this.hasEnded) return false;
    if (!this.headersSent) throw new Error("response headers have to be sent first");
    if (this.localEnded) throw new Error("the end of this stream was sent before");
    return true;
  }

  #deliver(bytes: Buffer, start: number, end: number, endStream: boolean): void {
    if (this.hasManualCredit) {
      this.unread += end - start;
      this.connection.credit.hold(end - start);
    }
    try {
      this.sink.onData(bytes.subarray(start, end), endStream);
    } catch (error) {
      this.#sinkThrew(error);
    }
  }

  #afterRemoteEnd(): void {
    if (this.localEnded && this.queue === undefined) this.finish(completed);
  }

  #fitsExpected(length: number, endStream: boolean): boolean {
    this.expectedBytes -= length;
    if (this.expectedBytes >= 0 && (this.expectedBytes === 0 || !endStream)) return true;
    this.#violate(ErrorCode.PROTOCOL_ERROR, "content is not as long as announced");
    return false;
  }

  #violate(code: number, reason: string): void {
    this.connection.failStream(this.id, code, reason);
  }

  #sinkThrew(error: unknown): void {
    this.connection.reportThrown(error);
    this.resetBecause(ErrorCode.INTERNAL_ERROR, "the sink threw", error);
  }
}
