/**
 * Writes DATA. As long as the frame that was written last has not gone out and nothing stands behind it, more content of
 * its stream becomes a part of it: a stream of short messages then costs both ends a frame a turn, and not one a message.
 *
 * Hot path of streams.
 */
import { FrameFlag, FrameType, frameHeaderBytes } from "../frames/frame-type.js";
import { writeFrameHeader } from "../frames/frame-writer.js";
import type { PeerSettings } from "./connection-listener.js";
import { copyLimitBytes, type Output } from "./output.js";

export class DataFrames {
  readonly #out: Output;
  readonly #connection: { readonly peer: PeerSettings };
  /** Stream of the last frame whose content was copied. */
  #lastStreamId = 0;
  /** Where that frame stands in the slab, with its header. */
  #from = 0;
  #end = 0;
  /** What the output had appended when the frame's last byte was. */
  #endedAt = 0;

  constructor(out: Output, connection: { readonly peer: PeerSettings }) {
    this.#out = out;
    this.#connection = connection;
  }

  /** Writes content of a stream, `length` bytes with `head`, which the peer takes in one frame. */
  write(
    streamId: number,
    bytes: Uint8Array,
    head: Uint8Array | undefined,
    length: number,
    endStream: boolean,
  ): void {
    const out = this.#out;
    const isCopied = length < copyLimitBytes;
    if (!isCopied || !this.#extend(streamId, bytes, head, length, endStream)) {
      const at = out.reserve(frameHeaderBytes + (isCopied ? length : length - bytes.length));
      const flags = endStream ? FrameFlag.END_STREAM : 0;
      let end = writeFrameHeader(out.slab, at, length, FrameType.DATA, flags, streamId);
      if (head !== undefined) end = out.copy(head, end);
      if (isCopied) {
        end = out.copy(bytes, end);
        out.commit(end);
        this.#lastStreamId = streamId;
        this.#from = at;
        this.#end = end;
        this.#endedAt = out.appendedBytes;
      } else {
        out.commit(end);
        out.append(bytes);
      }
    }
    out.noteFrame();
  }

  /** Adds content to the last frame; `false` if that cannot be. */
  #extend(
    streamId: number,
    bytes: Uint8Array,
    head: Uint8Array | undefined,
    added: number,
    endStream: boolean,
  ): boolean {
    const out = this.#out;
    if (this.#lastStreamId !== streamId) return false;
    const length = this.#end - this.#from - frameHeaderBytes + added;
    if (length > this.#connection.peer.maxFrameBytes) return false;
    if (!out.canExtend(this.#from, this.#end, this.#endedAt, added)) return false;
    const start = head === undefined ? this.#end : out.copy(head, this.#end);
    const end = out.copy(bytes, start);
    const flags = endStream ? FrameFlag.END_STREAM : 0;
    writeFrameHeader(out.slab, this.#from, length, FrameType.DATA, flags, streamId);
    out.commit(end);
    this.#end = end;
    this.#endedAt += added;
    return true;
  }
}
