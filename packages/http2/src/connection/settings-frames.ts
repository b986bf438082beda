/**
 * SETTINGS of the peer and its acknowledgement of ours.
 *
 * @see RFC 9113 section 6.5
 */
import { ErrorCode } from "../error-code.js";
import {
  FrameFlag,
  max31Bits,
  maxMaxFrameBytes,
  minMaxFrameBytes,
  SettingId,
} from "../frames/frame-type.js";
import { fixedFrameBytes, readUint32, writeSettingsAck } from "../frames/frame-writer.js";
import { defaultTableBytes } from "../hpack/hpack-decoder.js";
import type { Connection } from "./connection.js";
import type { PeerSettings } from "./connection-listener.js";
import { sharedSettings } from "./peer-settings.js";

/** Settings while a frame changes them. */
type NextSettings = { -readonly [Name in keyof PeerSettings]: PeerSettings[Name] };

/** SETTINGS frames of one connection. */
export class SettingsFrames {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Takes SETTINGS and acknowledges it. */
  receive(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    const length = end - start;
    if (streamId !== 0) {
      this.#protocolError("SETTINGS on a stream");
      return;
    }
    const isAck = (flags & FrameFlag.ACK) !== 0;
    if (isAck ? length !== 0 : length % 6 !== 0) {
      this.#connection.fail(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of a wrong size");
      return;
    }
    if (isAck) {
      this.#receiveAck();
      return;
    }
    if (connection.hasPeerSettled && this.#isFlood()) return;
    const next = { ...connection.peer };
    // A peer that names no limit has none (RFC 9113 section 6.5.2).
    if (!connection.hasPeerSettled) next.maxConcurrentStreams = Number.POSITIVE_INFINITY;
    for (let at = start; at < end; at += 6) {
      const id = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      if (!this.#applySetting(next, id, readUint32(bytes, at + 2))) return;
    }
    connection.peer = sharedSettings(next);
    if (!connection.hasPeerSettled) {
      connection.hasPeerSettled = true;
      connection.link.settle("preface");
    }
    const at = connection.out.reserve(fixedFrameBytes);
    connection.out.commit(writeSettingsAck(connection.out.slab, at));
    connection.link.noteControlBytes(9);
    try {
      connection.listener.onSettings?.(connection.peer);
    } catch (error) {
      connection.reportThrown(error);
    }
    if (!connection.hasEnded) connection.runLine();
  }

  #receiveAck(): void {
    const connection = this.#connection;
    if (connection.hasPeerAcknowledged) return void this.#isFlood();
    connection.hasPeerAcknowledged = true;
    connection.link.settle("settings");
    const { headerTableBytes } = connection.options;
    if (headerTableBytes !== defaultTableBytes) {
      connection.decoder.confirmMaxTableBytes(headerTableBytes);
    }
  }

  #applySetting(next: NextSettings, id: number, value: number): boolean {
    const connection = this.#connection;
    switch (id) {
      case SettingId.HEADER_TABLE_SIZE:
        if (value !== defaultTableBytes) connection.encoder.setPeerTableBytes(value);
        return true;
      case SettingId.ENABLE_PUSH:
        if (value <= (connection.isServer ? 1 : 0)) return true;
        this.#protocolError("ENABLE_PUSH out of range");
        return false;
      case SettingId.MAX_CONCURRENT_STREAMS:
        next.maxConcurrentStreams = value;
        return true;
      case SettingId.INITIAL_WINDOW_SIZE:
        return this.#resizeWindows(next, value);
      case SettingId.MAX_FRAME_SIZE:
        next.maxFrameBytes = value;
        if (value >= minMaxFrameBytes && value <= maxMaxFrameBytes) return true;
        this.#protocolError("MAX_FRAME_SIZE out of range");
        return false;
      case SettingId.MAX_HEADER_LIST_SIZE:
        next.maxHeaderListBytes = value;
        return true;
      default:
        return true;
    }
  }

  /** Windows of open streams move with the setting, if need be below zero. @see RFC 9113 section 6.9.2 */
  #resizeWindows(next: NextSettings, value: number): boolean {
    const connection = this.#connection;
    if (value > max31Bits) {
      connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE out of range");
      return false;
    }
    const change = value - next.initialWindowBytes;
    next.initialWindowBytes = value;
    for (const stream of connection.streams.values()) {
      stream.sendWindow += change;
      if (stream.sendWindow > max31Bits) {
        connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "window too large");
        return false;
      }
      connection.line.join(stream);
    }
    return true;
  }

  #isFlood(): boolean {
    if (this.#connection.guard.allows("settings")) return false;
    this.#connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "too many settings");
    return true;
  }

  #protocolError(reason: string): void {
    this.#connection.fail(ErrorCode.PROTOCOL_ERROR, reason);
  }
}
