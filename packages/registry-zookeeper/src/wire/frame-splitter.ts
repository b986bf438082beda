/** Longest frame that is taken, in bytes: the names of a hundred thousand providers. */
export const maxFrameBytes = 64 * 1024 * 1024;

/** Splits what arrives into frames, each behind its length of four bytes. */
export class FrameSplitter {
  readonly #onFrame: (frame: Buffer) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** What is needed before anything can be done. */
  #wanted = 4;

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /**
   * Takes a chunk, and hands out the frames that are complete.
   *
   * @throws RangeError if a length cannot be, and whatever the listener throws.
   */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#wanted) return;
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes);
    this.#wanted = 4;
    while (rest.length >= 4) {
      const length = rest.readInt32BE(0);
      if (length < 0 || length > maxFrameBytes) {
        throw new RangeError(`a frame of ${length} bytes; at most ${maxFrameBytes} are taken`);
      }
      this.#wanted = 4 + length;
      if (rest.length < this.#wanted) break;
      this.#onFrame(rest.subarray(4, this.#wanted));
      rest = rest.subarray(this.#wanted);
      this.#wanted = 4;
    }
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
  }
}
