/**
 * Frames about the connection and about windows.
 *
 * @see RFC 9113 sections 6.3 to 6.9
 */
import { ErrorCode } from "../error-code.js";
import { FrameFlag, max31Bits } from "../frames/frame-type.js";
import { fixedFrameBytes, readUint32, writePing } from "../frames/frame-writer.js";
import type { FloodKind } from "../limits/flood-guard.js";
import { completed } from "../stream-end.js";
import type { Connection } from "./connection.js";

/** Increments below this count as minor frames: nobody needs many of them. */
const minorIncrementBytes = 1_024;
/** Debug text of a GOAWAY that is kept, in bytes. */
const maxDebugBytes = 1_024;

/** Control frames of one connection. */
export class ControlFrames {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Takes PING and answers it. */
  receivePing(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    if (streamId !== 0) {
      this.#protocolError("PING on a stream");
      return;
    }
    if (end - start !== 8) {
      this.#sizeError("PING");
      return;
    }
    if ((flags & FrameFlag.ACK) !== 0) {
      connection.pings.receiveAck(bytes, start);
      return;
    }
    if (!this.#allows("pings")) return;
    const at = connection.out.reserve(fixedFrameBytes);
    connection.out.commit(writePing(connection.out.slab, at, true, bytes, start));
    connection.link.noteControlBytes(fixedFrameBytes);
  }

  /** Takes GOAWAY. */
  receiveGoaway(streamId: number, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    if (streamId !== 0) {
      this.#protocolError("GOAWAY on a stream");
      return;
    }
    if (end - start < 8) {
      this.#sizeError("GOAWAY");
      return;
    }
    if (!this.#allows("settings")) return;
    const lastStreamId = readUint32(bytes, start) & max31Bits;
    const code = readUint32(bytes, start + 4);
    const debug = bytes.toString("latin1", start + 8, Math.min(end, start + 8 + maxDebugBytes));
    const before = connection.peerGoaway;
    if (lastStreamId > (before?.lastStreamId ?? max31Bits)) {
      this.#protocolError("GOAWAY with a rising last stream");
      return;
    }
    // Some peers say goodbye once more without the reason that they gave before.
    const isReason = before === undefined || code !== ErrorCode.NO_ERROR;
    connection.peerGoaway = isReason ? { lastStreamId, code, debug } : { ...before, lastStreamId };
    connection.isClosing = true;
    try {
      connection.listener.onGoaway?.(code, lastStreamId, debug);
    } catch (error) {
      connection.reportThrown(error);
    }
    connection.role.receiveGoaway(connection, lastStreamId, code, debug);
  }

  /** Takes WINDOW_UPDATE for a stream or the connection. */
  receiveWindowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    if (end - start !== 4) {
      this.#sizeError("WINDOW_UPDATE");
      return;
    }
    const increment = readUint32(bytes, start) & max31Bits;
    if (increment < minorIncrementBytes && !this.#allows("minor frames")) return;
    if (streamId === 0) {
      this.#openConnection(increment);
      return;
    }
    const stream = connection.streams.get(streamId);
    if (stream === undefined) {
      if (connection.isIdle(streamId)) this.#protocolError("WINDOW_UPDATE on an idle stream");
      return;
    }
    if (increment === 0) {
      connection.failStream(streamId, ErrorCode.PROTOCOL_ERROR, "window update of 0");
      return;
    }
    stream.sendWindow += increment;
    if (stream.sendWindow > max31Bits) {
      connection.failStream(streamId, ErrorCode.FLOW_CONTROL_ERROR, "window too large");
      return;
    }
    connection.line.join(stream);
    connection.line.run();
  }

  /** Takes RST_STREAM. */
  receiveReset(streamId: number, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    if (end - start !== 4) {
      this.#sizeError("RST_STREAM");
      return;
    }
    if (connection.isIdle(streamId)) {
      this.#protocolError("RST_STREAM on an idle stream");
      return;
    }
    const stream = connection.streams.get(streamId);
    if (stream === undefined) {
      this.#allows("minor frames");
      return;
    }
    // A client opened the stream itself, so nothing is gained by resetting it, and a busy server may refuse many.
    if (connection.isServer && !this.#allows("resets")) return;
    const code = readUint32(bytes, start);
    // A server that has answered in full may say in this way that it wants no more of the request (RFC 9113 section 8.1).
    const isDone = stream.remoteEnded && code === ErrorCode.NO_ERROR && !connection.isServer;
    stream.finish(isDone ? completed : { kind: "reset-by-peer", code });
  }

  /** Takes PRIORITY, which means nothing any more. @see RFC 9113 section 5.3.2 */
  receivePriority(streamId: number, start: number, end: number): void {
    if (streamId === 0) {
      this.#protocolError("PRIORITY without a stream");
      return;
    }
    if (!this.#allows("minor frames")) return;
    if (end - start === 5) return;
    this.#connection.failStream(streamId, ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of a wrong size");
  }

  /** Takes a frame of a type that is not known, which is ignored. @see RFC 9113 section 4.1 */
  receiveUnknown(): void {
    this.#allows("minor frames");
  }

  #openConnection(increment: number): void {
    const connection = this.#connection;
    if (increment === 0) {
      this.#protocolError("window update of 0");
      return;
    }
    connection.line.window += increment;
    if (connection.line.window > max31Bits) {
      connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "connection window too large");
      return;
    }
    connection.line.run();
  }

  #allows(kind: FloodKind): boolean {
    if (this.#connection.guard.allows(kind)) return true;
    this.#connection.fail(ErrorCode.ENHANCE_YOUR_CALM, `too many ${kind}`);
    return false;
  }

  #protocolError(reason: string): void {
    this.#connection.fail(ErrorCode.PROTOCOL_ERROR, reason);
  }

  #sizeError(type: string): void {
    this.#connection.fail(ErrorCode.FRAME_SIZE_ERROR, `${type} of a wrong size`);
  }
}
