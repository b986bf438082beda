/**
 * Writes frames into a buffer. Each function writes at `at`, where there must be room, and returns where the frame ends.
 *
 * @see RFC 9113 sections 4.1 and 6
 */
import { FrameFlag, FrameType, frameHeaderBytes } from "./frame-type.js";

/** Bytes of the longest frame with a fixed length, header included: PING and GOAWAY without debug data. */
export const fixedFrameBytes = 17;

/** Writes the nine bytes in front of a payload of `length` bytes. */
export function writeFrameHeader(
  target: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  target[at] = length >>> 16;
  target[at + 1] = length >>> 8;
  target[at + 2] = length;
  target[at + 3] = type;
  target[at + 4] = flags;
  return writeUint32(target, at + 5, streamId);
}

/** Writes RST_STREAM. */
export function writeRstStream(target: Buffer, at: number, streamId: number, code: number): number {
  return writeUint32(
    target,
    writeFrameHeader(target, at, 4, FrameType.RST_STREAM, 0, streamId),
    code,
  );
}

/** Writes WINDOW_UPDATE; stream 0 stands for the connection. */
export function writeWindowUpdate(
  target: Buffer,
  at: number,
  streamId: number,
  increment: number,
): number {
  const start = writeFrameHeader(target, at, 4, FrameType.WINDOW_UPDATE, 0, streamId);
  return writeUint32(target, start, increment);
}

/** Writes PING with the eight bytes of `source` from `from`. */
export function writePing(
  target: Buffer,
  at: number,
  isAck: boolean,
  source: Uint8Array,
  from: number,
): number {
  const flags = isAck ? FrameFlag.ACK : 0;
  const start = writeFrameHeader(target, at, 8, FrameType.PING, flags, 0);
  for (let i = 0; i < 8; i++) target[start + i] = source[from + i] as number;
  return start + 8;
}

/** Writes SETTINGS with identifiers and values in order. Needs 9 bytes and 6 for each setting. */
export function writeSettings(
  target: Buffer,
  at: number,
  settings: readonly (readonly [id: number, value: number])[],
): number {
  let end = writeFrameHeader(target, at, settings.length * 6, FrameType.SETTINGS, 0, 0);
  for (const [id, value] of settings) {
    target[end] = id >>> 8;
    target[end + 1] = id;
    end = writeUint32(target, end + 2, value);
  }
  return end;
}

/** Writes the acknowledgement of SETTINGS. */
export function writeSettingsAck(target: Buffer, at: number): number {
  return writeFrameHeader(target, at, 0, FrameType.SETTINGS, FrameFlag.ACK, 0);
}

/** Writes GOAWAY; `debug` is ASCII. Needs 17 bytes and one for each character. */
export function writeGoaway(
  target: Buffer,
  at: number,
  lastStreamId: number,
  code: number,
  debug: string,
): number {
  let end = writeFrameHeader(target, at, 8 + debug.length, FrameType.GOAWAY, 0, 0);
  end = writeUint32(target, end, lastStreamId);
  end = writeUint32(target, end, code);
  for (let i = 0; i < debug.length; i++) target[end++] = debug.charCodeAt(i);
  return end;
}

/** Writes HEADERS, and CONTINUATION if need be, for the block in `block`. Needs 9 bytes for each frame besides. */
export function writeHeaderBlock(
  target: Buffer,
  at: number,
  streamId: number,
  block: Uint8Array,
  endStream: boolean,
  maxFrameBytes: number,
): number {
  let sent = 0;
  let end = at;
  do {
    const length = Math.min(maxFrameBytes, block.length - sent);
    const isLast = sent + length === block.length;
    const type = sent === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
    let flags = isLast ? FrameFlag.END_HEADERS : 0;
    if (sent === 0 && endStream) flags |= FrameFlag.END_STREAM;
    end = writeFrameHeader(target, end, length, type, flags, streamId);
    target.set(block.subarray(sent, sent + length), end);
    end += length;
    sent += length;
  } while (sent < block.length);
  return end;
}

/** Room that {@link writeHeaderBlock} needs for a block of `blockBytes`, in bytes. */
export function headerBlockRoom(blockBytes: number, maxFrameBytes: number): number {
  return blockBytes + frameHeaderBytes * (Math.ceil(blockBytes / maxFrameBytes) + 1);
}

/** Writes an unsigned number of 32 bits, big-endian. */
export function writeUint32(target: Buffer, at: number, value: number): number {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
  return at + 4;
}

/** Reads an unsigned number of 32 bits, big-endian. */
export function readUint32(source: Uint8Array, at: number): number {
  return (
    (((source[at] as number) << 24) |
      ((source[at + 1] as number) << 16) |
      ((source[at + 2] as number) << 8) |
      (source[at + 3] as number)) >>>
    0
  );
}
