/**
 * Sends each frame that arrives to the part that knows it, after the checks that all frames share.
 *
 * @see RFC 9113 sections 3.4 and 6
 */
import { ErrorCode } from "../error-code.js";
import { type FrameHandler, FrameReader } from "../frames/frame-reader.js";
import { clientPreface, FrameFlag, FrameType } from "../frames/frame-type.js";
import type { Connection } from "./connection.js";
import { ControlFrames } from "./control-frames.js";
import { HeaderBlocks } from "./header-blocks.js";
import { SettingsFrames } from "./settings-frames.js";

/** Receiver of one connection. */
export class FrameReceiver implements FrameHandler {
  readonly #connection: Connection;
  readonly #reader: FrameReader;
  readonly #blocks: HeaderBlocks;
  readonly #control: ControlFrames;
  readonly #settings: SettingsFrames;
  #prefaceLeft: number;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#reader = new FrameReader(this, connection.options.maxFrameBytes);
    this.#blocks = new HeaderBlocks(connection);
    this.#control = new ControlFrames(connection);
    this.#settings = new SettingsFrames(connection);
    const isFirst = connection.isServer && !connection.hasPeerSettled;
    this.#prefaceLeft = isFirst ? clientPreface.length : 0;
  }

  /** Whether another receiver could take what comes next: after the first SETTINGS, between two frames. */
  get isAtRest(): boolean {
    return this.#connection.hasPeerSettled && !this.isInsideBlock && !this.#reader.isInsideData;
  }

  /** Whether a frame other than DATA, or a header block, has begun and not ended. */
  get isInsideBlock(): boolean {
    return this.#reader.isInsideFrame || this.#blocks.openStreamId !== 0;
  }

  /** Takes the next bytes. */
  read(chunk: Buffer): void {
    if (this.#prefaceLeft === 0) {
      this.#reader.read(chunk);
      return;
    }
    const length = Math.min(this.#prefaceLeft, chunk.length);
    const from = clientPreface.length - this.#prefaceLeft;
    for (let i = 0; i < length; i++) {
      if (chunk[i] === clientPreface[from + i]) continue;
      this.#connection.fail(ErrorCode.PROTOCOL_ERROR, "not an HTTP/2 preface");
      return;
    }
    this.#prefaceLeft -= length;
    this.#reader.read(chunk, length);
  }

  /** Reads no more. */
  stop(): void {
    this.#reader.stop();
  }

  onDataPart(
    streamId: number,
    flags: number,
    bytes: Buffer,
    start: number,
    end: number,
    flowBytes: number,
    isLast: boolean,
  ): void {
    const connection = this.#connection;
    if (streamId === 0 || this.#blocks.openStreamId !== 0 || !connection.hasPeerSettled) {
      connection.fail(ErrorCode.PROTOCOL_ERROR, "DATA out of place");
      return;
    }
    if (!connection.credit.take(flowBytes)) {
      connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "connection window overrun");
      return;
    }
    if (start !== end) {
      connection.guard.noteUseful();
    } else if (isLast && (flags & FrameFlag.END_STREAM) === 0) {
      if (!connection.guard.allows("empty frames")) {
        connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "too many empty frames");
        return;
      }
    }
    const stream = connection.streams.get(streamId);
    if (stream === undefined) {
      connection.receiveStray(streamId);
      return;
    }
    if (stream.remoteEnded) {
      connection.failStream(streamId, ErrorCode.STREAM_CLOSED, "DATA after the end");
      return;
    }
    stream.receiveData(flags, bytes, start, end, flowBytes, isLast);
  }

  onFrame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const openStreamId = this.#blocks.openStreamId;
    if (openStreamId !== 0 || type === FrameType.CONTINUATION) {
      if (type !== FrameType.CONTINUATION || streamId !== openStreamId) {
        this.onFramingError(ErrorCode.PROTOCOL_ERROR, "header block out of order");
        return;
      }
      this.#blocks.receiveContinuation(flags, bytes, start, end);
      return;
    }
    if (!this.#connection.hasPeerSettled) {
      if (type !== FrameType.SETTINGS || (flags & FrameFlag.ACK) !== 0) {
        this.onFramingError(ErrorCode.PROTOCOL_ERROR, "SETTINGS must come first");
        return;
      }
    }
    if (type === FrameType.HEADERS || type === FrameType.RST_STREAM) {
      if (streamId === 0) {
        this.onFramingError(ErrorCode.PROTOCOL_ERROR, "no stream named");
        return;
      }
    }
    if (type === FrameType.HEADERS) {
      this.#blocks.receiveHeaders(flags, streamId, bytes, start, end);
      return;
    }
    this.#receiveControl(type, flags, streamId, bytes, start, end);
  }

  onFramingError(code: number, reason: string): void {
    this.#connection.fail(code, reason);
  }

  #receiveControl(
    type: number,
    flags: number,
    streamId: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const control = this.#control;
    switch (type) {
      case FrameType.WINDOW_UPDATE:
        control.receiveWindowUpdate(streamId, bytes, start, end);
        return;
      case FrameType.RST_STREAM:
        control.receiveReset(streamId, bytes, start, end);
        return;
      case FrameType.SETTINGS:
        this.#settings.receive(flags, streamId, bytes, start, end);
        return;
      case FrameType.PING:
        control.receivePing(flags, streamId, bytes, start, end);
        return;
      case FrameType.GOAWAY:
        control.receiveGoaway(streamId, bytes, start, end);
        return;
      case FrameType.PRIORITY:
        control.receivePriority(streamId, start, end);
        return;
      case FrameType.PUSH_PROMISE:
        this.onFramingError(ErrorCode.PROTOCOL_ERROR, "push is not enabled");
        return;
      default:
        control.receiveUnknown();
        return;
    }
  }
}
