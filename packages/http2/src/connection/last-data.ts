/**
 * The DATA frame that was written last. As long as it has not gone out and nothing stands behind it, more content of its
 * stream becomes a part of it: a stream of short messages then costs both ends a frame a turn, and not one a message.
 *
 * Hot path of streams.
 */
import { FrameFlag, frameHeaderBytes } from "../frames/frame-type.js";
import type { Connection } from "./connection.js";
import type { Output } from "./output.js";

export class LastData {
  #streamId = 0;
  /** Where it stands in the slab, with its header. */
  #from = 0;
  #end = 0;
  /** What the output had appended when its last byte was. */
  #endedAt = 0;

  /** Takes note of a frame that stands in the slab of `out` from `from` up to `end`, and is the last thing there. */
  note(out: Output, streamId: number, from: number, end: number): void {
    this.#streamId = streamId;
    this.#from = from;
    this.#end = end;
    this.#endedAt = out.appendedBytes;
  }

  /** Adds content of a stream to the frame; `false` if that cannot be. */
  extend(
    { out, peer }: Connection,
    streamId: number,
    bytes: Uint8Array,
    head: Uint8Array | undefined,
    endStream: boolean,
  ): boolean {
    if (this.#streamId !== streamId) return false;
    const added = bytes.length + (head === undefined ? 0 : head.length);
    const length = this.#end - this.#from - frameHeaderBytes + added;
    if (length > peer.maxFrameBytes) return false;
    if (!out.canExtend(this.#from, this.#end, this.#endedAt, added)) return false;
    let end = head === undefined ? this.#end : out.copy(head, this.#end);
    end = out.copy(bytes, end);
    const { slab } = out;
    slab[this.#from] = length >>> 16;
    slab[this.#from + 1] = length >>> 8;
    slab[this.#from + 2] = length;
    if (endStream) slab[this.#from + 4] = FrameFlag.END_STREAM;
    out.commit(end);
    this.#end = end;
    this.#endedAt += added;
    out.flushIfLong();
    return true;
  }
}
